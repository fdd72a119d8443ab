import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Me } from "@/api/schema";

/** Who is logged in; null is nobody. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await answer(api.GET("/api/v1/me", { signal }));
    } catch (error) {
      if (isProblem(error, "unauthenticated")) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export const loginSessionsQuery = queryOptions({
  queryKey: ["login-sessions"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/login-sessions", { signal })),
});

export const apiTokensQuery = queryOptions({
  queryKey: ["api-tokens"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/tokens", { signal })),
});
