import { expect, test } from "vitest";
import { pasteable, plain } from "./plain";

test("what is pasted cannot end the pasting and go on as if it were typed", () => {
  expect(pasteable("a\u001b[201~\rcurl\u009b201~\u0003\u0004")).toBe("a[201~\rcurl201~");
  expect(pasteable("one\ttwo\r\nthree\n")).toBe("one\ttwo\r\nthree\n");
});

test("a title is one text that turns nothing around it", () => {
  expect(plain("a\u202e\n\u{e0041}b")).toBe("ab");
  expect(plain("\u05d0")).toBe("\u2068\u05d0\u2069");
});
