import { expect, test } from "vitest";
import { oneLine, printed, upright, visible } from "./plain-text";

test("a name is one short line without what turns the reading round", () => {
  expect(oneLine("a\u202eevil\u0007\n b\u200b")).toBe("aevil b");
  expect(oneLine("x".repeat(300), 10)).toBe(`${"x".repeat(9)}…`);
});

test("what is decided upon hides nothing", () => {
  expect(visible("rm\u202e -rf\u0000\n\tok\r\n")).toBe("rm⟨U+202E⟩ -rf⟨U+0000⟩\n\tok\n");
});

test("what was printed has no colours and only the last of what was written over", () => {
  expect(printed("\u001b[31mred\u001b[0m \u001b]0;title\u0007x")).toBe("red x");
  expect(printed("10%\r100%\r\ndone")).toBe("100%\ndone");
});

test("running text cannot be turned round, and keeps what letters and pictures are joined by", () => {
  expect(upright("a\u202eb \u{1f469}\u200d\u{1f4bb}")).toBe("a⟨U+202E⟩b \u{1f469}\u200d\u{1f4bb}");
});

test("letters that are read from the right turn nothing around them", () => {
  expect(oneLine("\u05d0\u05d1")).toBe("\u2068\u05d0\u05d1\u2069");
  expect(oneLine("a\u2069\u05d0")).toBe("\u2068a\u05d0\u2069");
});

test("half a letter and tags that nobody sees are no text", () => {
  expect(oneLine("a\ud800b\u{e0041}c")).toBe("abc");
  expect(visible("a\u{e0041}")).toBe("a⟨U+E0041⟩");
});

test("a long output without an end of a line is read at once", () => {
  const long = "0123456789".repeat(100_000);
  const began = performance.now();
  expect(printed(`evil\r${long}`)).toBe(long);
  expect(performance.now() - began).toBeLessThan(2_000);
});
