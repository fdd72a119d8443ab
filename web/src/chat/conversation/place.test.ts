import { expect, test } from "vitest";
import type { Actor } from "@/api/schema";
import { apply } from "./apply";
import { EMPTY } from "./model";
import { placeOf } from "./place";
import { understood } from "./recorded";
import { rows } from "./rows";

const by: Actor = { user: "u1", name: "ada" };
const events = [
  { kind: "session_created", by, workspace: "w", permission_mode: "default" },
  { kind: "message_accepted", turn: "t1", text: "hello", by },
  { kind: "turn_started", turn: "t1" },
  { kind: "text_delta", turn: "t1", message: "m", block: 0, text: "He" },
  { kind: "text", turn: "t1", message: "m", block: 0, text: "Hello" },
  { kind: "tool_use", turn: "t1", message: "m", tool_use: "b", name: "Bash", input: {} },
  { kind: "text", turn: "t1", message: "m", block: 2, text: "Done" },
  { kind: "message_accepted", turn: "t2", text: "more", by },
].flatMap((event, at) => understood({ seq: at + 1, at: "2026-01-01T00:00:00Z", ...event }) ?? []);
const all = rows(apply(EMPTY, events));
const told = (seq: number) => {
  const row = all[placeOf(all, seq) ?? -1];
  if (row?.type === "message") return row.turn.text;
  return row?.type === "block" && row.block.type === "text" ? row.block.text : row?.type;
};

test("a message and each text of an answer are found where they stand", () => {
  expect([2, 5, 7, 8].map(told)).toEqual(["hello", "Hello", "Done", "more"]);
});

test("what has no row of its own is sought at the last that came before it", () => {
  expect(told(4)).toBe("hello");
  expect(told(6)).toBe("Hello");
  expect(told(99)).toBe("more");
  expect(placeOf(all, 1)).toBeUndefined();
  expect(placeOf([], 1)).toBeUndefined();
});
