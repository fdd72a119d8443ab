import { expect, test } from "vitest";
import { clock, secondsOf } from "./lending";

test("minutes are typed as people type them", () => {
  expect(secondsOf("5")).toBe(300);
  expect(secondsOf(" 0,5 ")).toBe(30);
  expect(secondsOf("1.25")).toBe(75);
  expect(secondsOf("1440")).toBe(86_400);
});

test("what is no time, or none that is ever lent, is refused", () => {
  for (const text of ["", "0", "0.001", "-1", "1441", "soon", "1e3", "5 min"]) expect(secondsOf(text)).toBeUndefined();
});

test("the day is said where it is another one", () => {
  const now = new Date(2026, 0, 1, 23, 50).getTime();
  const soon = clock(new Date(2026, 0, 1, 23, 55).toISOString(), now);
  const tomorrow = clock(new Date(2026, 0, 2, 0, 5).toISOString(), now);
  expect(soon).toBeDefined();
  expect(tomorrow?.length).toBeGreaterThan(soon?.length ?? 0);
  expect(clock("soon", now)).toBeUndefined();
});
