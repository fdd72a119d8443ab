import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useMissed } from "./use-missed";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const pass = (time: number) => act(() => vi.advanceTimersByTime(time));

test("what is back soon is not missed, and what stays away is, until it is back", () => {
  const { result, rerender } = renderHook(useMissed, { initialProps: true });
  pass(1_000);
  rerender(false);
  pass(1_000);
  rerender(true);
  pass(1_000);
  expect(result.current).toBe(false);
  pass(1_000);
  expect(result.current).toBe(true);
  rerender(false);
  expect(result.current).toBe(false);
});
