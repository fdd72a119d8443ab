import { expect, test } from "vitest";
import type { Session } from "@/api/schema";
import { news, seen } from "./changes";

function session(id: string, activity: Session["activity"], user = "u"): Session {
  return {
    id,
    activity,
    workspace: "garden",
    permission_mode: "default",
    visibility: "shared",
    created_by: { user, name: user },
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    cursor: "1:1",
  };
}

const told = (before: Session[], after: Session[]) =>
  news(seen(before), after, "u").map(({ kind, session }) => [kind, session.id]);

test("a turn that ends and one that asks are told, a turn that begins or goes on is not", () => {
  const before = [session("a", "working"), session("b", "working"), session("c", "idle"), session("d", "waiting")];
  const after = [session("a", "idle"), session("b", "waiting"), session("c", "working"), session("d", "working")];
  expect(told(before, after)).toEqual([
    ["turn-ended", "a"],
    ["waits", "b"],
  ]);
});

test("at first sight nothing is news, and the same is told once", () => {
  expect(told([], [session("a", "waiting")])).toEqual([]);
  expect(told([session("a", "waiting")], [session("a", "waiting")])).toEqual([]);
});

test("of others' sessions it is told what waits, and not that a turn has ended", () => {
  const before = [session("a", "working", "v"), session("b", "working", "v"), session("c", "waiting", "v")];
  const after = [session("a", "idle", "v"), session("b", "waiting", "v"), session("c", "idle", "v")];
  expect(told(before, after)).toEqual([["waits", "b"]]);
});
