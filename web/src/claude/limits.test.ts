import { expect, test } from "vitest";
import { isOver, limitWords, windowName } from "./limits";

const limit = { window: "five_hour", status: "allowed", said_at: "2026-01-01T00:00:00Z" } as const;

test("a window has a name that people use", () => {
  expect(windowName("five_hour")).toBe("Five hours");
  expect(windowName("lunar_month")).toBe("lunar month");
  expect(windowName("constructor")).toBe("constructor");
});

test("a limit says how far it is used, as far as that is known", () => {
  expect(limitWords(limit)).toBe("Within the limit");
  expect(limitWords({ ...limit, used_percent: 40 })).toBe("40 % used");
  expect(limitWords({ ...limit, status: "rejected", used_percent: 104 })).toBe("Used up (104 % used)");
  expect(limitWords({ ...limit, status: "allowed_warning" })).toBe("Nearly used up");
});

test("a limit that has begun anew is over", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  expect(isOver({ ...limit, resets_at: "2026-01-01T11:00:00Z" }, now)).toBe(true);
  expect(isOver({ ...limit, resets_at: "2026-01-01T13:00:00Z" }, now)).toBe(false);
  expect(isOver(limit, now)).toBe(false);
});
