import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** What a Core itself says of its sign-in, now. The list of Cores has what it reported last. */
export const claudeQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "claude"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/cores/{core}/claude", { params: { path: { core } }, signal })),
    refetchInterval: 10_000,
  });
