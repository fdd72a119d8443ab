import { expect, test } from "vitest";
import { isOpen, readLeft } from "./open-cores";

test("a few Cores are open and many are folded, until somebody says otherwise", () => {
  expect(isOpen({}, "a", 2)).toBe(true);
  expect(isOpen({}, "a", 30)).toBe(false);
  expect(isOpen({ a: true }, "a", 30)).toBe(true);
  expect(isOpen({ a: false }, "a", 1)).toBe(false);
});

test("what was kept in another shape is forgotten", () => {
  for (const text of [null, "", "{", "null", "7", '{"a":"yes"}']) expect(readLeft(text)).toEqual({});
  expect(readLeft('{"a":true,"b":1}')).toEqual({ a: true });
});
