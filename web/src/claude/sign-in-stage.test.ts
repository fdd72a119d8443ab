import { expect, test } from "vitest";
import type { ClaudeState } from "@/api/schema";
import { type Begun, type Stage, type Step, shown, step } from "./sign-in-stage";
import type { Trouble } from "./sign-in-trouble";

const begun: Begun = { kind: "claudeai", signIn: { id: "s", url: "https://claude.com/x" }, until: 1_000, again: false };
const out: ClaudeState = { method: "none", state: "signed_out" };
const inside: ClaudeState = { method: "oauth", state: "signed_in", checked_at: "2026-01-01T00:00:00Z" };
const run = (...steps: Step[]): Stage => steps.reduce<Stage>(step, { at: "none" });
const trouble = (next: Trouble["next"]): Trouble => ({ text: "no", next });
const exchanging: Step[] = [{ type: "begin", kind: "claudeai" }, { type: "began", begun }, { type: "submitted" }];

test("a sign-in goes from its address to its code to its account", () => {
  expect(run({ type: "begin", kind: "console" })).toEqual({ at: "opening", kind: "console" });
  expect(run(...exchanging)).toEqual({ at: "exchanging", begun });
  expect(run(...exchanging, { type: "accepted", claude: inside })).toMatchObject({ at: "done", claude: inside });
});

test("a code that does not fit leaves the sign-in waiting, one that was refused ends it", () => {
  expect(run(...exchanging, { type: "rejected", trouble: trouble("correct") })).toMatchObject({ at: "waiting", begun });
  expect(run(...exchanging, { type: "rejected", trouble: trouble("resend") }).at).toBe("waiting");
  expect(run(...exchanging, { type: "rejected", trouble: trouble("begin") }).at).toBe("over");
  expect(run(...exchanging, { type: "rejected", trouble: trouble("stop") }).at).toBe("over");
});

test("an answer that comes after it was given up changes nothing", () => {
  const none: Stage = { at: "none" };
  expect(step(none, { type: "began", begun })).toBe(none);
  expect(step(none, { type: "refused", trouble: trouble("begin") })).toBe(none);
  expect(step(none, { type: "accepted", claude: inside })).toBe(none);
  expect(run(...exchanging, { type: "gone" }, { type: "rejected", trouble: trouble("correct") })).toEqual(none);
});

test("what waits lapses by the clock, and a code that is being exchanged does not", () => {
  const waiting: Stage = { at: "waiting", begun };
  expect(shown(waiting, out, 999)).toBe(waiting);
  expect(shown(waiting, out, 1_000)).toMatchObject({ at: "over", trouble: { next: "begin" } });
  const stage: Stage = { at: "exchanging", begun };
  expect(shown(stage, out, 2_000)).toBe(stage);
  expect(shown({ ...stage, watching: true }, out, 2_000).at).toBe("over");
});

test("a Core that is seen to be signed in has taken the code, unless it was signed in before", () => {
  expect(shown({ at: "waiting", begun }, inside, 0).at).toBe("done");
  expect(shown({ at: "waiting", begun: { ...begun, again: true } }, inside, 0).at).toBe("waiting");
  expect(shown({ at: "exchanging", begun: { ...begun, again: true }, watching: true }, inside, 0).at).toBe("done");
  expect(shown({ at: "exchanging", begun }, { ...inside, checked_at: null }, 0).at).toBe("exchanging");
  expect(shown({ at: "waiting", begun: { ...begun, kind: "console" } }, inside, 0).at).toBe("waiting");
});
