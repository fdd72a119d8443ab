import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Standing } from "@/live/stream";
import { StandingLine } from "./standing-line";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const line = (standing: Standing) => <StandingLine core={undefined} standing={standing} onAgain={() => {}} />;
const pass = (time: number) => act(() => vi.advanceTimersByTime(time));
const said = () => screen.queryByText(/^The connection was lost/) !== null;
const why = "The connection was lost";

test("a lost connection is said once it is missed, and until it is back", () => {
  const { rerender } = render(line({ state: "waiting", why }));
  pass(1_000);
  expect(said()).toBe(false);
  rerender(line({ state: "connecting", why }));
  pass(1_000);
  expect(said()).toBe(true);
  rerender(line({ state: "waiting", why }));
  expect(said()).toBe(true);
  rerender(line({ state: "connecting", why }));
  expect(said()).toBe(true);
  rerender(line({ state: "live" }));
  expect(said()).toBe(false);
});

test("a first connection is nothing to be told of", () => {
  render(line({ state: "connecting" }));
  pass(5_000);
  expect(screen.queryByRole("status")).toBeNull();
});
