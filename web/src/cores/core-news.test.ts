import { expect, test } from "vitest";
import type { Session } from "@/api/schema";
import { pagesWith, pagesWithout, readNews, withoutSession, withSession } from "./core-news";

function session(id: string, more: Partial<Session> = {}): Session {
  return {
    id,
    activity: "idle",
    workspace: "garden",
    permission_mode: "default",
    visibility: "shared",
    created_by: { user: "u", name: "ada" },
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    cursor: "1:1",
    ...more,
  };
}

const ids = (sessions: readonly Session[]) => sessions.map(({ id }) => id).join("");
const there = { archived: false };

test("a session that changes keeps its place, a new one comes first", () => {
  const list = [session("c"), session("a")];
  const changed = withSession(list, session("a", { activity: "working" }), there);
  expect(ids(changed)).toBe("ca");
  expect(changed[1]?.activity).toBe("working");
  expect(ids(withSession(list, session("d"), there))).toBe("dca");
  expect(ids(withSession(list, session("b"), there))).toBe("cba");
  expect(ids(list)).toBe("ca");
});

test("what goes into the archive leaves the list and comes into that of the archive", () => {
  const archived = session("a", { archived_at: "2026-01-02T00:00:00Z" });
  expect(ids(withSession([session("b"), session("a")], archived, there))).toBe("b");
  expect(ids(withSession([], archived, { archived: true }))).toBe("a");
});

test("a workspace's list has its sessions only", () => {
  expect(ids(withSession([], session("a", { workspace: "other" }), { archived: false, workspace: "garden" }))).toBe("");
});

test("one that is gone is in no list", () => {
  expect(ids(withoutSession([session("b"), session("a")], "b"))).toBe("a");
});

test("in pages a session stays on its page, and one that is older than what was read waits for its page", () => {
  const pages = [
    { sessions: [session("f"), session("e")], next: "e" },
    { sessions: [session("d"), session("c")], next: "c" },
  ];
  const shown = (all: typeof pages) => all.map(({ sessions }) => ids(sessions)).join("|");
  expect(shown(pagesWith(pages, session("c", { activity: "waiting" }), there))).toBe("fe|dc");
  expect(shown(pagesWith(pages, session("g"), there))).toBe("gfe|dc");
  expect(shown(pagesWith(pages, session("a"), there))).toBe("fe|dc");
  expect(shown(pagesWith(pages, session("d", { archived_at: "x" }), there))).toBe("fe|c");
  expect(shown(pagesWithout(pages, "e"))).toBe("f|dc");
  const all = [{ sessions: [session("f")], next: null }];
  expect(pagesWith(all, session("a"), there).map(({ sessions }) => ids(sessions))).toEqual(["fa"]);
});

test("nonsense from a Core is left out, and the rest is taken", () => {
  const good = session("a");
  const strange = [null, 7, { id: "x" }, { ...good, activity: "dancing" }, { ...good, title: { toString: 1 } }];
  expect(readNews("sessions", JSON.stringify({ sessions: [...strange, good] }))).toEqual({
    event: "sessions",
    sessions: [good],
  });
  for (const [event, data] of [
    ["sessions", "{"],
    ["sessions", '{"sessions":{}}'],
    ["session", "null"],
    ["session", '{"id":1}'],
    ["session_gone", "{}"],
    ["workspaces", "[]"],
    ["weather", "{}"],
  ] as const) {
    expect(readNews(event, data), data).toBeUndefined();
  }
});
