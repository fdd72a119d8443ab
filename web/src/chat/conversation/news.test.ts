import { expect, test } from "vitest";
import { apply } from "./apply";
import { EMPTY } from "./model";
import { news } from "./news";
import { type Told, understood } from "./recorded";

const ada = { user: "u1", name: "ada" };
const usage = {
  cost_usd: 0.01,
  input_tokens: 1,
  output_tokens: 2,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  duration_ms: 1500,
};

function told(...events: Record<string, unknown>[]): Told[] {
  return events.flatMap((event, index) => {
    const it = understood({ seq: index + 1, at: "2026-01-01T00:00:00Z", turn: "t", ...event });
    return it ? [it] : [];
  });
}

const accepted = { kind: "message_accepted", text: "a", by: ada };
const started = { kind: "turn_started", model: "opus" };
const delta = { kind: "text_delta", message: "m", block: 0, text: "x" };
const asked = { kind: "approval_requested", approval: "a", tool: "Bash", input: { command: "ls" } };
const decided = { kind: "approval_decided", approval: "a", decision: "allow", by: ada };
const completed = { kind: "turn_completed", usage };
const failed = { kind: "turn_failed", error: "api_error", detail: "" };
const interrupted = { kind: "turn_interrupted", reason: "interrupted" };

/** What is said of the events from this one on, when those before are known. */
const said = (from: number, ...events: Record<string, unknown>[]) => {
  const all = told(...events);
  const before = apply(EMPTY, all.slice(0, from));
  return news(before, apply(before, all.slice(from)));
};

test("how a turn ended is said", () => {
  expect(said(2, accepted, started, completed)).toBe("Claude has answered.");
  expect(said(2, accepted, started, failed)).toBe("The turn failed.");
  expect(said(2, accepted, started, interrupted)).toBe("Interrupted.");
});

test("an approval that waits is said, and what it is for", () => {
  expect(said(2, accepted, started, asked)).toBe("An approval waits: Bash.");
});

test("streamed text is not", () => {
  expect(said(2, accepted, started, delta)).toBeUndefined();
});

test("what was said is over when it was answered or another turn begins", () => {
  expect(said(3, accepted, started, asked, decided)).toBe("");
  expect(said(3, accepted, started, completed, { ...accepted, turn: "u" })).toBeUndefined();
  expect(said(3, accepted, started, completed, { ...accepted, turn: "u" }, { ...started, turn: "u" })).toBe("");
});

test("what is known already is not said again, even when it is read again", () => {
  const all = told(accepted, started, completed);
  const before = apply(EMPTY, all);
  expect(news(before, apply(EMPTY, told(accepted, started, completed, { ...accepted, turn: "u" })))).toBeUndefined();
  expect(news(before, apply(EMPTY, all.slice(0, 1)))).toBe("");
});
