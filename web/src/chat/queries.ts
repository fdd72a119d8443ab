import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Session } from "@/api/schema";

const PAGE = 100;
const WORKSPACE_PAGE = 30;

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

/** A workspace's sessions, newest first, page by page. */
export const workspaceSessionsQuery = (core: string, workspace: string, archived: boolean) =>
  infiniteQueryOptions({
    queryKey: ["cores", core, "sessions", { workspace, archived }],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        workspace,
        limit: WORKSPACE_PAGE,
        ...(archived ? { archived } : {}),
        ...(pageParam === "" ? {} : { before: pageParam }),
      };
      return answer(api.GET("/api/v1/cores/{core}/sessions", { params: { path: { core }, query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const searchQuery = (core: string, words: string, workspace?: string) =>
  queryOptions({
    queryKey: ["cores", core, "search", { words, workspace }],
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: 50, ...(workspace === undefined ? {} : { workspace }) };
      return (await answer(api.GET("/api/v1/cores/{core}/search", { params: { path: { core }, query }, signal }))).hits;
    },
    enabled: words.trim().length > 1,
  });
