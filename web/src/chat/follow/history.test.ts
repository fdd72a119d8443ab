import { expect, test } from "vitest";
import { endOf, isWhole } from "./history";

test("a history is whole when its newest event is there, and it has at least one", () => {
  expect(isWhole(1, endOf("3:2"))).toBe(false);
  expect(isWhole(2, endOf("3:2"))).toBe(true);
  expect(isWhole(0, endOf("3:0"))).toBe(false);
});

test("a cursor says where a history ends, and of which history", () => {
  expect(endOf("3:12")).toEqual({ epoch: "3", seq: 12 });
  expect(endOf("strange")).toEqual({ epoch: "strange", seq: 0 });
});
