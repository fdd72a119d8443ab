import { expect, test } from "vitest";
import { said } from "./said";

test("what turns the direction of text or breaks the line is gone", () => {
  expect(said("ada\u202e@evil\r\nSigned in")).toBe("ada @evil Signed in");
  expect(said("\u001b[2Jhost\u0000")).toBe("[2Jhost");
  expect(said("a\u200bb\ufeffc")).toBe("a b c");
});

test("a long text is clipped between characters", () => {
  expect(said("x".repeat(300), 10)).toBe(`${"x".repeat(9)}…`);
  expect(said("😀😀😀", 2)).toBe("😀…");
  expect(said("short", 10)).toBe("short");
});
