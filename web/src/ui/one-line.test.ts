import { expect, test } from "vitest";
import { oneLine } from "./one-line";

test("a name is one line without what turns the reading round", () => {
  expect(oneLine("ada\u202e@evil\r\nSigned in")).toBe("ada @evil Signed in");
  expect(oneLine("\u001b[2Jhost\u0000")).toBe("[2Jhost");
  expect(oneLine("a\u200bb\ufeffc \n\u2028 d\u2069")).toBe("a b c d");
});

test("letters that are read from the right turn nothing around them", () => {
  expect(oneLine("\u05d0\u05d1")).toBe("\u2068\u05d0\u05d1\u2069");
  expect(oneLine("a\u2069\u05d0")).toBe("\u2068a \u05d0\u2069");
});

test("half a letter and tags that nobody sees are no text", () => {
  expect(oneLine("a\ud800b\u{e0041}c")).toBe("a b c");
});

test("a long text is clipped between characters", () => {
  expect(oneLine("x".repeat(300), 10)).toBe(`${"x".repeat(9)}…`);
  expect(oneLine("😀😀😀", 2)).toBe("😀…");
  expect(oneLine("short", 10)).toBe("short");
});
