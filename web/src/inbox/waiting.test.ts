import { expect, test } from "vitest";
import type { CoreView, Session } from "@/api/schema";
import { count, hidden, hiddenWords, type OnCore, standing, waiting } from "./waiting";

const core = (id: string, waits: number): CoreView => ({
  id,
  name: id,
  labels: {},
  hostname: "h",
  paired_at: "",
  epoch: 1,
  link: { status: "online", since: "", agent_version: "" },
  claude: { method: "none", state: "signed_out", scopes: [], limits: [] },
  working_sessions: 0,
  waiting_approvals: waits,
});

const session = (id: string, activity: Session["activity"]): Session => ({
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

const on = (waits: number, sessions: readonly Session[] | undefined, error: Error | null = null): OnCore => ({
  core: core("studio", waits),
  sessions: sessions && waiting(sessions),
  error,
});

const seen = [session("a", "waiting"), session("b", "working"), session("c", "waiting"), session("d", "idle")];

test("what is counted is what can be seen, whatever the Core counts", () => {
  expect(count([on(5, seen), on(3, []), on(1, undefined)])).toBe(2);
});

test("nothing waits is said where nothing is seen, also where others' private sessions wait", () => {
  expect(standing([on(3, [])])).toMatch(/^Nothing waits for you/);
  expect(standing([])).toMatch(/^Nothing waits for you/);
  expect(standing([on(0, []), on(1, seen)])).toBeUndefined();
});

test("a Core that has not answered yet is named, and one that refuses says so itself", () => {
  expect(standing([on(0, []), on(1, undefined)])).toBe("Asking studio what waits…");
  expect(standing([on(1, undefined, new Error("no"))])).toBeUndefined();
});

test("what waits out of sight is what the Core counts more, once all that is seen is known", () => {
  const of: Record<string, number> = { a: 2, c: 1 };
  expect(hidden(on(5, seen), ({ id }) => of[id])).toBe(2);
  expect(hidden(on(5, seen), ({ id }) => (id === "a" ? 2 : undefined))).toBe(0);
  expect(hidden(on(1, seen), ({ id }) => of[id])).toBe(0);
  expect(hidden(on(2, []), () => undefined)).toBe(2);
  expect(hidden(on(2, undefined), () => 0)).toBe(0);
  expect([1, 2].map(hiddenWords)).toEqual([
    "1 more waits in a session that is private to others.",
    "2 more wait in sessions that are private to others.",
  ]);
});
