import type { Virtualizer } from "@tanstack/react-virtual";
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../conversation/rows";
import { useSought } from "./use-sought";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const rows: Row[] = [
  { type: "aside", key: "a", aside: { type: "missing", key: "a", count: 1 } },
  {
    type: "message",
    key: "t",
    turn: {
      type: "turn",
      key: "t",
      id: "t",
      seq: 2,
      at: "2026-01-01T00:00:00Z",
      by: undefined,
      text: "t",
      images: [],
      state: "over",
      behind: false,
      startedAt: undefined,
      model: undefined,
      blocks: [],
      retry: undefined,
      end: undefined,
    },
  },
];

function sought() {
  const list: Pick<Virtualizer<HTMLDivElement, Element>, "scrollToIndex"> = { scrollToIndex: () => {} };
  return renderHook(() => useSought(list, rows, 2, 2)).result;
}

const row = () => {
  const element = document.createElement("div");
  const focus = vi.spyOn(element, "focus");
  return { element, focus };
};

test("what was looked for has the focus once, and not whenever it is scrolled into view", () => {
  const { current } = sought();
  expect(current).toMatchObject({ key: "t", marked: true });
  const first = row();
  current.arrive(first.element);
  current.arrive(null);
  const again = row();
  current.arrive(again.element);
  expect(first.focus).toHaveBeenCalledOnce();
  expect(again.focus).not.toHaveBeenCalled();
});

test("what comes into view when it is not marked any more does not take the focus", () => {
  const result = sought();
  act(() => void vi.advanceTimersByTime(3_000));
  expect(result.current.marked).toBe(false);
  const late = row();
  result.current.arrive(late.element);
  expect(late.focus).not.toHaveBeenCalled();
});
