/** What is on a Core. Sessions and workspaces are told by the Core itself (see `core-cache`), and asked for but once. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import type { Session } from "@/api/schema";

const TOLD = Number.POSITIVE_INFINITY;
const PAGE = 100;
const WORKSPACE_PAGE = 30;

/** A Core's newest sessions that are not in the archive, newest first. */
export const sessionsQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "sessions", { archived: false }],
    queryFn: async ({ signal }): Promise<Session[]> => {
      const params = { path: { core }, query: { limit: PAGE } };
      const told = await answer(api.GET("/api/v1/cores/{core}/sessions", { params, signal }));
      return ofCore.readable(ofCore.session, ofCore.read(ofCore.has("sessions"), told).sessions);
    },
    staleTime: TOLD,
  });

export const sessionQuery = (core: string, session: string) =>
  queryOptions({
    queryKey: ["cores", core, "session", session],
    queryFn: async ({ signal }) => {
      const params = { path: { core, session } };
      return ofCore.read(
        ofCore.session,
        await answer(api.GET("/api/v1/cores/{core}/sessions/{session}", { params, signal })),
      );
    },
  });

export const workspacesQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "workspaces"],
    queryFn: async ({ signal }) => {
      const asked = api.GET("/api/v1/cores/{core}/workspaces", { params: { path: { core } }, signal });
      return ofCore.readable(ofCore.workspace, ofCore.read(ofCore.has("workspaces"), await answer(asked)).workspaces);
    },
    staleTime: TOLD,
  });

/** A workspace's sessions, newest first, page by page. */
export const workspaceSessionsQuery = (core: string, workspace: string, archived: boolean) =>
  infiniteQueryOptions({
    queryKey: ["cores", core, "sessions", { workspace, archived }],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        workspace,
        limit: WORKSPACE_PAGE,
        ...(archived ? { archived } : {}),
        ...(pageParam === "" ? {} : { before: pageParam }),
      };
      const asked = api.GET("/api/v1/cores/{core}/sessions", { params: { path: { core }, query }, signal });
      const page = ofCore.read(ofCore.has("sessions"), await answer(asked));
      return { sessions: ofCore.readable(ofCore.session, page.sessions), next: page.next };
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => (typeof next === "string" ? next : undefined),
  });

type Keyed = { readonly queryKey: readonly unknown[] };

/** Which sessions of a workspace a query lists. Undefined: it is none of these. */
export function workspaceListing({ queryKey }: Keyed): { archived: boolean; workspace: string } | undefined {
  const [, , what, which] = queryKey;
  if (what !== "sessions" || typeof which !== "object" || which === null) return undefined;
  if (!("workspace" in which) || typeof which.workspace !== "string" || !("archived" in which)) return undefined;
  return { archived: which.archived === true, workspace: which.workspace };
}

/** What waits for an answer in a session. */
export const approvalsKey = (core: string, session: string) =>
  ["cores", core, "session", session, "approvals"] as const;

export const isOfApprovals = ({ queryKey }: Keyed): boolean => queryKey[2] === "session" && queryKey[4] === "approvals";

export const searchQuery = (core: string, words: string, workspace?: string) =>
  queryOptions({
    queryKey: ["cores", core, "search", { words, workspace }],
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: 50, ...(workspace === undefined ? {} : { workspace }) };
      const asked = api.GET("/api/v1/cores/{core}/search", { params: { path: { core }, query }, signal });
      return ofCore.readable(ofCore.hit, ofCore.read(ofCore.has("hits"), await answer(asked)).hits);
    },
    enabled: words.trim().length > 1,
  });
