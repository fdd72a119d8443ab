import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { usePaused } from "./use-paused";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const pass = (time: number) => act(() => vi.advanceTimersByTime(time));

test("what is written is asked for when its writer pauses, and not at each key", () => {
  const { result, rerender } = renderHook(usePaused, { initialProps: "" });
  const asked = new Set<string>();
  for (const words of ["m", "ma", "mar", "mari"]) {
    rerender(words);
    pass(100);
    asked.add(result.current);
  }
  pass(250);
  asked.add(result.current);
  expect([...asked]).toEqual(["", "mari"]);
});

test("where it is taken away nothing is asked for, and what was asked for before does not come back", () => {
  const { result, rerender } = renderHook(usePaused, { initialProps: "mari" });
  expect(result.current).toBe("mari");
  rerender("");
  expect(result.current).toBe("");
  rerender("o");
  expect(result.current).toBe("");
});
