import { expect, test } from "vitest";
import { apply } from "./apply";
import { type Conversation, EMPTY, type Turn, waitsForSomebody } from "./model";
import { type Told, understood } from "./recorded";
import { rows } from "./rows";

const ada = { user: "u1", name: "ada" };

/** A history from what each event says, numbered as a Core does it. */
function history(...events: Record<string, unknown>[]): Told[] {
  return events.flatMap((event, index) => {
    const at = `2026-01-01T00:00:${String(index % 60).padStart(2, "0")}Z`;
    const told = understood({ seq: index + 1, at, ...event });
    return told ? [told] : [];
  });
}

const created = { kind: "session_created", by: ada, workspace: "w", permission_mode: "default", visibility: "shared" };
const accepted = (turn: string, text = turn) => ({ kind: "message_accepted", turn, text, by: ada });
const started = (turn: string) => ({ kind: "turn_started", turn, model: "opus" });
const delta = (turn: string, text: string, message = "m1", block = 0) => ({
  kind: "text_delta",
  turn,
  message,
  block,
  text,
});
const text = (turn: string, text: string, message = "m1", block = 0) => ({ kind: "text", turn, message, block, text });
const usage = {
  cost_usd: 0.01,
  input_tokens: 1,
  output_tokens: 2,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  duration_ms: 1500,
};
const completed = (turn: string) => ({ kind: "turn_completed", turn, usage });
const tool = (turn: string, id: string) => ({
  kind: "tool_use",
  turn,
  message: "m1",
  tool_use: id,
  name: "Bash",
  input: { command: "ls" },
});
const asked = (turn: string, approval: string, tool_use?: string) => ({
  kind: "approval_requested",
  turn,
  approval,
  tool_use,
  tool: "Bash",
  input: { command: "ls" },
  suggestions: [],
});

function turnOf(conversation: Conversation, id: string): Turn {
  const turn = conversation.entries.find((entry) => entry.type === "turn" && entry.id === id);
  if (turn?.type !== "turn") throw new Error(`no turn ${id}`);
  return turn;
}

const texts = (turn: Turn) => turn.blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
const kinds = (conversation: Conversation) => conversation.entries.map((entry) => entry.key);

test("a turn goes from its message to its end", () => {
  const events = history(created, accepted("t1", "hello"), started("t1"), delta("t1", "a"), delta("t1", "b"));
  const streaming = apply(EMPTY, events);
  expect(streaming.working).toBe("t1");
  expect(turnOf(streaming, "t1").blocks).toMatchObject([{ type: "text", text: "ab", streaming: true }]);
  const whole = apply(EMPTY, [...events, ...history(...Array(5).fill({}), text("t1", "ab!"), completed("t1"))]);
  expect(whole.working).toBeUndefined();
  expect(turnOf(whole, "t1")).toMatchObject({
    state: "over",
    text: "hello",
    by: ada,
    model: "opus",
    end: { usage: { cost_usd: 0.01 } },
    blocks: [{ type: "text", text: "ab!", streaming: false }],
  });
});

test("one batch or many come to the same", () => {
  const events = history(
    created,
    accepted("t1"),
    accepted("t2"),
    started("t1"),
    { kind: "thinking_delta", turn: "t1", message: "m1", block: 0, text: "hm" },
    delta("t1", "a", "m1", 1),
    { kind: "model_changed", model: "opus", by: ada },
    tool("t1", "x"),
    asked("t1", "a1", "x"),
    { kind: "tool_result", turn: "t1", tool_use: "x", content: "ok", is_error: false },
    text("t1", "a", "m1", 1),
    completed("t1"),
    { kind: "session_archived", by: ada },
    started("t2"),
    { kind: "what_is_this" },
    completed("t2"),
  );
  const atOnce = apply(EMPTY, events);
  const oneByOne = events.reduce((conversation, event) => apply(conversation, [event]), EMPTY);
  expect(oneByOne).toEqual(atOnce);
});

test("what comes again is ignored", () => {
  const events = history(created, accepted("t1"), started("t1"), delta("t1", "a"), delta("t1", "b"));
  const once = apply(EMPTY, events);
  expect(apply(once, events)).toBe(once);
  expect(apply(once, events.slice(3))).toBe(once);
});

test("after a lost connection the rest joins what is there", () => {
  const events = history(created, accepted("t1"), started("t1"), delta("t1", "a"), delta("t1", "b"), delta("t1", "c"));
  const before = apply(EMPTY, events.slice(0, 4));
  // The Core sends behind the last that is known; a repetition of it does no harm.
  expect(texts(turnOf(apply(before, events.slice(3)), "t1"))).toEqual(["abc"]);
});

test("numbers that are left out are told, and the rest is shown", () => {
  const events = history(created, accepted("t1"), started("t1"), delta("t1", "a"));
  const conversation = apply(EMPTY, [...events.slice(0, 1), ...events.slice(3)]);
  expect(conversation.entries).toMatchObject([
    { type: "missing", count: 2 },
    { type: "turn", id: "t1", by: undefined },
  ]);
});

test("a block's text replaces its deltas, and only its own", () => {
  const conversation = apply(
    EMPTY,
    history(
      accepted("t1"),
      started("t1"),
      delta("t1", "one", "m1", 0),
      delta("t1", "two", "m1", 1),
      text("t1", "ONE", "m1", 0),
      delta("t1", "late", "m1", 0),
    ),
  );
  expect(texts(turnOf(conversation, "t1"))).toEqual(["ONE", "two"]);
});

test("a discarded message takes its deltas back and leaves what was settled", () => {
  const conversation = apply(
    EMPTY,
    history(
      accepted("t1"),
      started("t1"),
      delta("t1", "kept", "m0", 0),
      text("t1", "kept", "m0", 0),
      delta("t1", "gone", "m1", 0),
      { kind: "message_discarded", turn: "t1", message: "m1" },
      delta("t1", "again", "m2", 0),
    ),
  );
  expect(texts(turnOf(conversation, "t1"))).toEqual(["kept", "again"]);
});

test("a tool has its result, and its approval whichever comes first", () => {
  const decided = { kind: "approval_decided", turn: "t1", approval: "a1", decision: "allow", by: ada };
  for (const order of [
    [tool("t1", "x"), asked("t1", "a1", "x")],
    [asked("t1", "a1", "x"), tool("t1", "x")],
  ]) {
    const conversation = apply(
      EMPTY,
      history(accepted("t1"), started("t1"), ...order, decided, {
        kind: "tool_result",
        turn: "t1",
        tool_use: "x",
        content: "a\nb",
        is_error: true,
      }),
    );
    expect(turnOf(conversation, "t1").blocks).toMatchObject([
      { type: "tool", name: "Bash", result: { isError: true }, approval: { outcome: { by: ada, decision: "allow" } } },
    ]);
  }
});

test("a turn waits for somebody until every approval in it is answered", () => {
  const begun = apply(EMPTY, history(accepted("t1"), started("t1"), tool("t1", "x")));
  expect(waitsForSomebody(turnOf(begun, "t1"))).toBe(false);
  const waiting = apply(EMPTY, history(accepted("t1"), started("t1"), tool("t1", "x"), asked("t1", "a1", "x")));
  expect(waitsForSomebody(turnOf(waiting, "t1"))).toBe(true);
  const decided = { kind: "approval_decided", turn: "t1", approval: "a1", decision: "allow", by: ada };
  const answered = history(accepted("t1"), started("t1"), tool("t1", "x"), asked("t1", "a1", "x"), decided);
  expect(waitsForSomebody(turnOf(apply(EMPTY, answered), "t1"))).toBe(false);
});

test("an approval of no tool stands for itself, until it is withdrawn", () => {
  const conversation = apply(
    EMPTY,
    history(accepted("t1"), started("t1"), asked("t1", "a1"), {
      kind: "approval_withdrawn",
      turn: "t1",
      approval: "a1",
      reason: "turn_ended",
    }),
  );
  expect(turnOf(conversation, "t1").blocks).toMatchObject([
    { type: "asked", approval: { outcome: { kind: "approval_withdrawn", reason: "turn_ended" } } },
  ]);
});

test("messages wait behind everything, and begin in their order", () => {
  const events = history(
    accepted("t1"),
    started("t1"),
    accepted("t2"),
    accepted("t3"),
    completed("t1"),
    { kind: "title_changed", title: "x", by: ada },
    started("t2"),
    { kind: "permission_mode_changed", mode: "plan" },
  );
  const conversation = apply(EMPTY, events);
  expect(kinds(conversation)).toEqual(["turn-t1", "note-6", "turn-t2", "turn-t3"]);
  expect(turnOf(conversation, "t2")).toMatchObject({ state: "working", blocks: [{ type: "note" }] });
  expect(turnOf(conversation, "t3")).toMatchObject({ state: "waiting", behind: true });
  expect(turnOf(conversation, "t1").behind).toBe(false);
  expect(conversation.about).toEqual({ title: "x", mode: "plan" });
});

test("a retry is told until something comes", () => {
  const retrying = { kind: "retrying", turn: "t1", attempt: 2, max_attempts: 10, status: 529, error: "overloaded" };
  const waits = apply(EMPTY, history(accepted("t1"), started("t1"), retrying));
  expect(turnOf(waits, "t1").retry).toMatchObject({ attempt: 2, status: 529 });
  expect(turnOf(apply(waits, history({}, {}, {}, delta("t1", "a"))), "t1").retry).toBeUndefined();
});

test("what is not understood is kept in one folded place and breaks nothing", () => {
  const conversation = apply(
    EMPTY,
    history(
      { kind: "from_the_future", x: 1 },
      { kind: "text_delta", turn: 7, message: null },
      { kind: "unknown", turn: null, line: { a: 1 } },
      { kind: "constructor" },
      { kind: "approval_requested", turn: "t", approval: "a", tool: "T", input: {}, asks: { type: "questions" } },
      accepted("t1"),
      started("t1"),
      { kind: "tool_result", turn: "t1", tool_use: "nobody's", content: null, is_error: false },
      { kind: "approval_decided", turn: "t1", approval: "nobody's", decision: "allow", by: ada },
      { kind: "unknown", turn: "t1", line: "?" },
    ),
  );
  expect(conversation.entries).toMatchObject([
    { type: "unknown", lines: [{ kind: "from_the_future" }, { turn: 7 }, { a: 1 }, { kind: "constructor" }, {}] },
    { type: "turn", blocks: [{ type: "unknown", lines: ["?"] }] },
  ]);
});

test("another version of the CLI is told, the same is not", () => {
  const process = (cli_version: string) => ({ kind: "process_started", resumed: true, cli_version });
  const conversation = apply(EMPTY, history(process("2.1.0"), process("2.1.0"), process("2.1.1")));
  expect(conversation.entries).toMatchObject([{ type: "note", before: "2.1.0", event: { cli_version: "2.1.1" } }]);
});

test("what a batch does not touch stays the same object", () => {
  const before = apply(EMPTY, history(accepted("t1"), started("t1"), tool("t1", "x"), completed("t1"), accepted("t2")));
  const after = apply(before, history({}, {}, {}, {}, {}, started("t2"), delta("t2", "a")));
  expect(turnOf(after, "t1")).toBe(turnOf(before, "t1"));
  expect(rows(after)[0]).toBe(rows(before)[0]);
});

test("a long answer in many pieces is whole", () => {
  const pieces = 50_000;
  const events = history(accepted("t1"), started("t1"), ...Array.from({ length: pieces }, () => delta("t1", "word ")));
  let conversation = EMPTY;
  for (let at = 0; at < events.length; at += 50) conversation = apply(conversation, events.slice(at, at + 50));
  expect(texts(turnOf(conversation, "t1"))[0]?.length).toBe(pieces * 5);
});

test("every row has a key of its own, whatever a Core sends", () => {
  const conversation = apply(
    EMPTY,
    history(accepted("t1"), started("t1"), tool("t1", "x"), tool("t1", "x"), completed("t1"), accepted("t1")),
  );
  const keys = rows(conversation).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
