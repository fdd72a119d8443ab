import { expect, test } from "vitest";
import { clockTime, fromNow, lasting, moment } from "./moment";

const now = new Date(2026, 10, 26, 10, 5);
const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

test("a moment is said in English and by the clock of 24 hours, whatever the browser speaks", () => {
  expect(moment(now)).toBe("26 Nov 2026, 10:05");
  expect(moment(new Date(2026, 0, 2, 22, 0))).toBe("2 Jan 2026, 22:00");
  expect(clockTime(new Date(2026, 0, 2, 0, 7))).toBe("00:07");
});

test("what is no time is said to be none", () => {
  expect([moment, clockTime].map((say) => say(new Date("soon")))).toEqual(["an unknown time", "an unknown time"]);
  expect(lasting(new Date("soon"), now)).toBe("less than a minute");
});

test("how far away it is", () => {
  expect([0, 59, 61, 7_300, -7_300, 90_000].map((seconds) => fromNow(before(seconds), now))).toEqual([
    "now",
    "now",
    "1 minute ago",
    "2 hours ago",
    "in 2 hours",
    "yesterday",
  ]);
});

test("how long it lasts already, which is never less than nothing", () => {
  expect([-5, 59, 60, 3_700, 200_000].map((seconds) => lasting(before(seconds), now))).toEqual([
    "less than a minute",
    "less than a minute",
    "1 minute",
    "1 hour",
    "2 days",
  ]);
});
