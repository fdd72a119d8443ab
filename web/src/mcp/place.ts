/** Whose servers they are: those of every session of a Core, or those of one workspace. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { McpServer, Server } from "@/api/schema";

export type Place = { readonly core: string; readonly workspace?: string };

export const serversQuery = ({ core, workspace }: Place) =>
  queryOptions({
    queryKey: ["cores", core, "mcp-servers", { workspace }],
    queryFn: async ({ signal }): Promise<McpServer[]> => {
      const asked =
        workspace === undefined
          ? api.GET("/api/v1/cores/{core}/mcp-servers", { params: { path: { core } }, signal })
          : api.GET("/api/v1/cores/{core}/workspaces/{workspace}/mcp-servers", {
              params: { path: { core, workspace } },
              signal,
            });
      return (await answer(asked)).servers;
    },
  });

/** As a whole: in place of one that has its name. */
export function setServer({ core, workspace }: Place, server: string, body: Server): Promise<unknown> {
  return workspace === undefined
    ? answer(api.PUT("/api/v1/cores/{core}/mcp-servers/{server}", { params: { path: { core, server } }, body }))
    : answer(
        api.PUT("/api/v1/cores/{core}/workspaces/{workspace}/mcp-servers/{server}", {
          params: { path: { core, workspace, server } },
          body,
        }),
      );
}

export async function removeServer({ core, workspace }: Place, server: string): Promise<void> {
  try {
    await (workspace === undefined
      ? answer(api.DELETE("/api/v1/cores/{core}/mcp-servers/{server}", { params: { path: { core, server } } }))
      : answer(
          api.DELETE("/api/v1/cores/{core}/workspaces/{workspace}/mcp-servers/{server}", {
            params: { path: { core, workspace, server } },
          }),
        ));
  } catch (error) {
    // Somebody else has removed it.
    if (!isProblem(error, "not-found")) throw error;
  }
}
