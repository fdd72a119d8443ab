import { type InfiniteData, QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Session } from "@/api/schema";
import { approvalsKey, sessionQuery, sessionsQuery, workspaceSessionsQuery, workspacesQuery } from "@/chat/queries";
import { keep } from "./core-cache";
import type { Page } from "./core-news";

const session = (id: string, activity: Session["activity"] = "idle"): Session => ({
  id,
  activity,
  workspace: "garden",
  permission_mode: "default",
  visibility: "shared",
  created_by: { user: "u", name: "ada" },
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  cursor: "1:1",
});

const list = sessionsQuery("c").queryKey;
const told = (client: QueryClient) => client.getQueryData(list)?.map(({ id, activity }) => `${id} ${activity}`);

test("every list that has a session shows it as the Core tells it", () => {
  const client = new QueryClient();
  const paged = workspaceSessionsQuery("c", "garden", false).queryKey;
  const other = workspaceSessionsQuery("c", "kitchen", false).queryKey;
  const pages = (): InfiniteData<Page> => ({ pages: [{ sessions: [session("a")], next: null }], pageParams: [""] });
  client.setQueryData<InfiniteData<Page>>(paged, pages());
  client.setQueryData<InfiniteData<Page>>(other, { pages: [{ sessions: [] }], pageParams: [""] });
  client.setQueryData(sessionQuery("c", "a").queryKey, session("a"));
  keep(client, "c", { event: "sessions", sessions: [session("a")] });
  keep(client, "c", { event: "session", session: session("a", "working") });
  keep(client, "c", { event: "session", session: session("b") });
  expect(told(client)).toEqual(["b idle", "a working"]);
  expect(client.getQueryData<InfiniteData<Page>>(paged)?.pages[0]?.sessions.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(client.getQueryData<InfiniteData<Page>>(other)?.pages[0]?.sessions).toEqual([]);
  expect(client.getQueryData(sessionQuery("c", "a").queryKey)?.activity).toBe("working");
  expect(client.getQueryData(sessionQuery("c", "b").queryKey)).toBeUndefined();
  keep(client, "c", { event: "session_gone", id: "b" });
  expect(told(client)).toEqual(["a working"]);
  expect(client.getQueryData<InfiniteData<Page>>(paged)?.pages[0]?.sessions.map(({ id }) => id)).toEqual(["a"]);
});

test("what was asked for before does not undo what was told since", async () => {
  const client = new QueryClient();
  let answer: (sessions: Session[]) => void = () => {};
  const asked = new Promise<Session[]>((resolve) => {
    answer = resolve;
  });
  const stop = new QueryObserver(client, { queryKey: list, queryFn: () => asked }).subscribe(() => {});
  keep(client, "c", { event: "sessions", sessions: [session("a")] });
  keep(client, "c", { event: "session", session: session("a", "waiting") });
  expect(told(client)).toEqual(["a waiting"]);
  answer([session("a")]);
  await expect.poll(() => client.isFetching()).toBe(0);
  expect(told(client)).toEqual(["a waiting"]);
  stop();
});

test("what waits in a session is asked for again once the session has changed, and nothing else is", () => {
  const client = new QueryClient();
  const of = (id: string) => client.getQueryState(approvalsKey("c", id))?.isInvalidated;
  for (const id of ["a", "b"]) client.setQueryData(approvalsKey("c", id), []);
  keep(client, "c", { event: "session", session: session("a", "waiting") });
  expect([of("a"), of("b")]).toEqual([true, false]);
});

test("what a Core could not be asked for is asked for again once it answers", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let online = false;
  const ask = async () => (online ? session("a") : Promise.reject(new Error("offline")));
  const { queryKey } = sessionQuery("c", "a");
  const stop = new QueryObserver(client, { queryKey, queryFn: ask }).subscribe(() => {});
  await expect.poll(() => client.getQueryState(queryKey)?.status).toBe("error");
  online = true;
  keep(client, "c", { event: "session", session: session("b") });
  expect(client.getQueryState(queryKey)?.status).toBe("error");
  keep(client, "c", { event: "sessions", sessions: [] });
  await expect.poll(() => client.getQueryData(queryKey)?.id).toBe("a");
  stop();
});

test("workspaces are as they were told last", () => {
  const client = new QueryClient();
  keep(client, "c", { event: "workspaces", workspaces: [{ name: "garden", state: "ready" }] });
  expect(client.getQueryData(workspacesQuery("c").queryKey)?.map(({ name }) => name)).toEqual(["garden"]);
});
