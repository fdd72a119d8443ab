import { expect, test } from "vitest";
import { room } from "./room";

test("a keyboard over the page leaves it what is seen above it", () => {
  expect(room({ height: 508.4, scale: 1 }, 844)).toBe(508);
});

test("a page that is as large as what is seen of it is left alone", () => {
  expect(room({ height: 844, scale: 1 }, 844)).toBeUndefined();
  expect(room({ height: 500, scale: 1 }, 500)).toBeUndefined();
  expect(room({ height: 790, scale: 1 }, 844), "a bar of the browser").toBeUndefined();
});

test("whoever has zoomed in has no keyboard for it", () => {
  expect(room({ height: 422, scale: 2 }, 844)).toBeUndefined();
});
