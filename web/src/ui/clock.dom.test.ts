import { renderHook } from "@testing-library/react";
import { useLayoutEffect } from "react";
import { expect, test, vi } from "vitest";
import { byThisClock, minutesLeft, useNow } from "./clock";

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

test("what is left begins with what was given, also where the server's time leaves fractions of a second out", () => {
  const now = Date.parse("2026-01-01T09:00:00Z");
  const until = byThisClock("2026-01-01T12:10:00.731Z", "Thu, 01 Jan 2026 12:00:00 GMT", now);
  expect(minutesLeft(until, now)).toBe("10:00");
  expect(byThisClock("2026-01-01T12:00:10.731Z", "2026-01-01T12:00:00.531Z", now)).toBe(now + 10_200);
});

test("what begins to change begins with the present", () => {
  vi.useFakeTimers({ now: 0 });
  const shown: number[] = [];
  const follow = ({ active }: { active: boolean }) => {
    const now = useNow(1_000, active);
    useLayoutEffect(() => {
      shown.push(now);
    });
  };
  const { rerender } = renderHook(follow, { initialProps: { active: false } });
  vi.setSystemTime(7_000);
  rerender({ active: true });
  expect(shown[0]).toBe(0);
  expect(shown.slice(1).every((now) => now === 7_000)).toBe(true);
  vi.useRealTimers();
});
