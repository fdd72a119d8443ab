import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { backoffAfter } from "./backoff";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("the next try comes no sooner than whoever refused has asked for", () => {
  expect(backoffAfter(new Problem(429, {}, 7), 0)).toBe(7_000);
  expect(backoffAfter(new Problem(503, {}, 1), 16)).toBe(5_000);
  expect(backoffAfter(new Problem(503, {}), 0)).toBe(125);
  expect(backoffAfter(new Unreachable(), 0)).toBe(125);
});

test("no number of seconds is too large to be waited for", () => {
  expect(backoffAfter(new Problem(429, {}, 1e12), 0)).toBe(3_600_000);
});
