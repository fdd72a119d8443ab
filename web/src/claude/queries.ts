import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";

/** What a Core itself says of its sign-in, now. The list of Cores has what it reported last. */
export const claudeQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "claude"],
    queryFn: async ({ signal }) => {
      const asked = api.GET("/api/v1/cores/{core}/claude", { params: { path: { core } }, signal });
      return ofCore.read(ofCore.claude, await answer(asked));
    },
    refetchInterval: 10_000,
  });
