import { expect, test } from "vitest";
import { clampLetters, clampWidth, NARROWEST, readPreferences, USUAL } from "./preferences";

test("a panel leaves room for the page, and is never too narrow to be used", () => {
  expect(clampWidth(700, 1_400)).toBe(700);
  expect(clampWidth(5_000, 1_400)).toBe(1_080);
  expect(clampWidth(0, 1_400)).toBe(NARROWEST);
  expect(clampWidth(500, 400)).toBe(NARROWEST);
});

test("letters can be read", () => {
  expect([3, 13.4, 99].map(clampLetters)).toEqual([9, 13, 24]);
});

test("what was kept is used where it makes sense", () => {
  for (const kept of [null, "", "{", "null", "7", '{"width":"wide","letters":null}']) {
    expect(readPreferences(kept), `${kept}`).toEqual(USUAL);
  }
  expect(readPreferences('{"width":600,"letters":15,"readAloud":true}')).toEqual({
    width: 600,
    letters: 15,
    readAloud: true,
  });
});
