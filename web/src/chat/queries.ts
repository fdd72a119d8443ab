import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Session } from "@/api/schema";

const PAGE = 100;

/** A Core's sessions, newest first; those in the archive where they are asked for. */
export const sessionsQuery = (core: string, archived = false) =>
  queryOptions({
    queryKey: ["cores", core, "sessions", { archived }],
    queryFn: async ({ signal }): Promise<Session[]> => {
      const query = { limit: PAGE, ...(archived ? { archived } : {}) };
      return (await answer(api.GET("/api/v1/cores/{core}/sessions", { params: { path: { core }, query }, signal })))
        .sessions;
    },
    refetchInterval: 5_000,
  });

export const sessionQuery = (core: string, session: string) =>
  queryOptions({
    queryKey: ["cores", core, "session", session],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/cores/{core}/sessions/{session}", { params: { path: { core, session } }, signal })),
  });

export const workspacesQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "workspaces"],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/v1/cores/{core}/workspaces", { params: { path: { core } }, signal }))).workspaces,
    // A clone goes on by itself.
    refetchInterval: (query) => (query.state.data?.some(({ state }) => state === "cloning") ? 1_000 : 15_000),
  });
