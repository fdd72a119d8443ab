import { expect, test } from "vitest";
import { printed, upright, visible } from "./plain-text";

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

test("tags that nobody sees are shown", () => {
  expect(visible("a\u{e0041}")).toBe("a⟨U+E0041⟩");
});

test("a long output without an end of a line is read at once", () => {
  const long = "0123456789".repeat(100_000);
  const began = performance.now();
  expect(printed(`evil\r${long}`)).toBe(long);
  expect(performance.now() - began).toBeLessThan(2_000);
});
