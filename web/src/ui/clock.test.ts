import { expect, test } from "vitest";
import { byThisClock, minutesLeft } from "./clock";

test("what is left is minutes and seconds, and never less than nothing", () => {
  expect(minutesLeft(545_000, 0)).toBe("9:05");
  expect(minutesLeft(59_001, 0)).toBe("1:00");
  expect(minutesLeft(0, 1_000)).toBe("0:00");
});

test("a device whose clock is wrong counts down as long as the server meant", () => {
  const now = Date.parse("2026-01-01T09:00:00Z");
  expect(byThisClock("2026-01-01T12:10:00Z", "Thu, 01 Jan 2026 12:00:00 GMT", now)).toBe(now + 600_000);
  expect(byThisClock("2026-01-01T09:10:00Z", null, now)).toBe(now + 600_000);
});
