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
