import { beforeEach, expect, test, vi } from "vitest";

let clock: typeof import("./clock");
const here = Date.parse("2026-01-01T09:00:00Z");

beforeEach(async () => {
  vi.useFakeTimers({ now: here, toFake: ["Date"] });
  vi.resetModules();
  clock = await import("./clock");
  return () => vi.useRealTimers();
});

const ahead = () => clock.present() - Date.now();
const told = (time: string) => `Thu, 01 Jan 2026 ${time} GMT`;

test("a clock that is wrong is put right by what the gateway says", () => {
  expect(ahead()).toBe(0);
  clock.learn(told("12:00:00"), here - 100, here);
  expect(ahead()).toBe(3 * 3_600_000 + 550);
});

test("less than two seconds are none, and what a slow answer may be wrong by neither", () => {
  clock.learn(told("09:00:01"), here - 100, here);
  expect(ahead()).toBe(0);
  clock.learn(told("09:00:03"), here - 50, here);
  expect(ahead()).toBe(3_525);
  clock.learn(told("09:00:00"), here - 20, here);
  expect(ahead()).toBe(0);
});

test("the fastest answer is believed, for a while", () => {
  clock.learn(told("10:00:00"), here - 100, here);
  const first = ahead();
  clock.learn(told("10:00:09"), here - 9_000, here);
  clock.learn(null, here, here);
  expect(ahead()).toBe(first);
  clock.learn(told("09:06:00"), here + 360_000 - 200, here + 360_000);
  expect(ahead()).toBe(0);
});

test("a Core's answers say nothing of the gateway's clock", () => {
  expect(clock.isGateways("https://g/api/v1/me")).toBe(true);
  expect(clock.isGateways("https://g/api/v1/cores?limit=1")).toBe(true);
  expect(clock.isGateways("https://g/api/v1/cores/c/sessions")).toBe(false);
});
