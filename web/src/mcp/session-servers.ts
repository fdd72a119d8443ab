/** How a session's process stands with its servers. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { ServerStatus } from "@/api/schema";
import { isUnderWay } from "./status-words";

export const sessionServersQuery = (core: string, session: string) =>
  queryOptions({
    queryKey: ["cores", core, "session", session, "mcp-servers"],
    queryFn: async ({ signal }): Promise<ServerStatus[]> =>
      (
        await answer(
          api.GET("/api/v1/cores/{core}/sessions/{session}/mcp-servers", {
            params: { path: { core, session } },
            signal,
          }),
        )
      ).servers,
    retry: false,
    // What it was when it was looked at last says nothing of how it is.
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(({ status }) => isUnderWay(status)) ? 1_500 : 10_000),
  });

export const switchServer = (core: string, session: string, server: string, enabled: boolean) =>
  answer(
    api.PATCH("/api/v1/cores/{core}/sessions/{session}/mcp-servers/{server}", {
      params: { path: { core, session, server } },
      body: { enabled },
    }),
  );

export const reconnectServer = (core: string, session: string, server: string) =>
  answer(
    api.POST("/api/v1/cores/{core}/sessions/{session}/mcp-servers/{server}/reconnect", {
      params: { path: { core, session, server } },
    }),
  );
