import { expect, test } from "vitest";
import { pasteable } from "./pasteable";

test("what is pasted cannot end the pasting and go on as if it were typed", () => {
  expect(pasteable("a\u001b[201~\rcurl\u009b201~\u0003\u0004")).toBe("a[201~\rcurl201~");
  expect(pasteable("one\ttwo\r\nthree\n")).toBe("one\ttwo\r\nthree\n");
});
