import { expect, test } from "vitest";
import type { CoreView, Session } from "@/api/schema";
import { sessionState, shownFirst } from "./session-state";

const core = (status: "online" | "offline"): CoreView => ({
  id: "c",
  name: "studio",
  labels: {},
  hostname: "h",
  paired_at: "",
  epoch: 1,
  link: { status, since: "", agent_version: "" },
  claude: { method: "api_key", state: "signed_in", scopes: [], limits: [] },
  working_sessions: 0,
  waiting_approvals: 0,
});

const state = (
  activity: Session["activity"],
  closed_at: string | null = null,
  on: CoreView | undefined = core("online"),
) => sessionState(on, { activity, closed_at });

test("on a Core that is away nothing is said to go on", () => {
  expect(state("working", null, core("offline"))).toBe("offline");
  expect(sessionState(undefined, { activity: "waiting", closed_at: null })).toBe("offline");
});

test("a turn that goes on is more to know than that nothing follows it", () => {
  expect(state("working", "2026-01-02T00:00:00Z")).toBe("working");
  expect(state("waiting")).toBe("waiting");
  expect(state("idle", "2026-01-02T00:00:00Z")).toBe("closed");
  expect(state("idle")).toBe("idle");
});

test("an old session that waits is shown among the newest", () => {
  const all = (["idle", "working", "idle", "idle", "waiting", "idle"] as const).map((activity, id) => ({
    id,
    activity,
  }));
  expect(shownFirst(all, 2).map(({ id }) => id)).toEqual([0, 1, 4]);
});
