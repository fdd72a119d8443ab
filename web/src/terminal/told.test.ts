import { expect, test } from "vitest";
import { readTold } from "./told";

const attached = {
  type: "attached",
  terminal: "0190",
  replay: "missing",
  position: 7,
  screen_bytes: 0,
  size: { rows: 24, columns: 80 },
  title: "vi",
  recorded: false,
};

test("what a Core says is read as it was meant", () => {
  for (const said of [
    attached,
    { type: "skipped", position: 9, screen_bytes: 3 },
    { type: "live", position: 9 },
    { type: "resized", size: { rows: 1, columns: 1000 } },
    { type: "title", title: "top" },
    { type: "exited", code: null, signal: 9 },
    { type: "error", detail: "what" },
  ]) {
    expect(readTold(JSON.stringify(said))).toEqual(said);
  }
});

test("what nobody can have meant is not believed", () => {
  for (const said of [
    "",
    "null",
    "[]",
    "{",
    '{"type":"dance"}',
    ...[
      { ...attached, position: -1 },
      { ...attached, screen_bytes: 1.5 },
      { ...attached, size: { rows: 0, columns: 80 } },
      { ...attached, size: { rows: 24, columns: 100_000 } },
      { ...attached, replay: "all" },
      { type: "live", position: "9" },
      { type: "resized" },
      { type: "title", title: { toString: 1 } },
    ].map((said) => JSON.stringify(said)),
  ]) {
    expect(readTold(said), said).toBeUndefined();
  }
});

test("a title is text and nothing else, and short", () => {
  const title = `a\u202eb\u200b\r\n\u001b[31mc${"d".repeat(500)}`;
  const said = readTold(JSON.stringify({ type: "title", title }));
  expect(said).toEqual({ type: "title", title: `a b [31mc${"d".repeat(190)}…` });
});

test("a terminal of which it is not said whether it is recorded is taken to be", () => {
  expect(readTold(JSON.stringify({ ...attached, recorded: undefined }))).toMatchObject({ recorded: true });
});
