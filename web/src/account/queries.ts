import { type QueryFunctionContext, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Me } from "@/api/schema";

async function who({ signal }: QueryFunctionContext): Promise<Me | null> {
  try {
    return await answer(api.GET("/api/v1/me", { signal }));
  } catch (error) {
    if (isProblem(error, "unauthenticated")) return null;
    throw error;
  }
}

/** Who is logged in; null is nobody. */
export const meQuery = queryOptions({ queryKey: ["me"], queryFn: who, staleTime: 60_000 });

/** Whether a login that has ended is back, from another tab. */
export const backQuery = queryOptions({
  queryKey: ["login-back"],
  queryFn: who,
  refetchInterval: 5_000,
  refetchOnWindowFocus: "always",
  staleTime: 0,
  gcTime: 0,
});

export const loginSessionsQuery = queryOptions({
  queryKey: ["login-sessions"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/login-sessions", { signal })),
});

export const apiTokensQuery = queryOptions({
  queryKey: ["api-tokens"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/tokens", { signal })),
});
