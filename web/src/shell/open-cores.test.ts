import { expect, test } from "vitest";
import { isOpen, readLeft } from "./open-cores";

const alone = (all: number) => ({ all, here: false, waits: false });

test("a few Cores are open and many are folded, until somebody says otherwise", () => {
  expect(isOpen({}, "a", alone(2))).toBe(true);
  expect(isOpen({}, "a", alone(30))).toBe(false);
  expect(isOpen({ a: true }, "a", alone(30))).toBe(true);
  expect(isOpen({ a: false }, "a", alone(1))).toBe(false);
});

test("of many Cores that of the page is open, and one on which something waits, until somebody says otherwise", () => {
  expect(isOpen({}, "a", { ...alone(30), here: true })).toBe(true);
  expect(isOpen({}, "a", { ...alone(30), waits: true })).toBe(true);
  expect(isOpen({ a: false }, "a", { all: 30, here: true, waits: true })).toBe(false);
});

test("what was kept in another shape is forgotten", () => {
  for (const text of [null, "", "{", "null", "7", '{"a":"yes"}']) expect(readLeft(text)).toEqual({});
  expect(readLeft('{"a":true,"b":1}')).toEqual({ a: true });
});
