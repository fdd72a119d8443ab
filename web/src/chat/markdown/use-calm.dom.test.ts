import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useCalm } from "./use-calm";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const long = "x".repeat(4_000);
const calm = (text: string, growing = true) =>
  renderHook(({ text, growing }) => useCalm(text, growing), { initialProps: { text, growing } });

test("a short text is shown as it is", () => {
  const { result, rerender } = calm("a");
  rerender({ text: "ab", growing: true });
  expect(result.current).toBe("ab");
});

test("a long one that grows follows now and then, and never goes back", () => {
  vi.advanceTimersByTime(1_000);
  const { result, rerender } = calm(long);
  for (let times = 1; times <= 50; times += 1) {
    const before = result.current.length;
    act(() => {
      vi.advanceTimersByTime(16);
    });
    rerender({ text: long + "y".repeat(times), growing: true });
    expect(result.current.length).toBeGreaterThanOrEqual(before);
  }
  expect(result.current.length).toBeGreaterThan(long.length + 30);
});

test("what came last is shown when nothing follows, and at once when it is over", () => {
  vi.advanceTimersByTime(1_000);
  const { result, rerender } = calm(long);
  rerender({ text: `${long}y`, growing: true });
  act(() => {
    vi.advanceTimersByTime(500);
  });
  expect(result.current).toBe(`${long}y`);
  rerender({ text: `${long}yz`, growing: true });
  rerender({ text: `${long}yz`, growing: false });
  expect(result.current).toBe(`${long}yz`);
});
