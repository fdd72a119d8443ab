import { expect, test } from "vitest";
import { arrow, farEnd, isTyping, shortcut, withCtrl } from "./keys";

const press = (key: string, held = "") => ({
  key,
  ctrlKey: held.includes("C"),
  shiftKey: held.includes("S"),
  altKey: held.includes("A"),
  metaKey: held.includes("M"),
});

test("a terminal has all keys but a few", () => {
  expect(shortcut(press("C", "CS"))).toBe("copy");
  expect(shortcut(press("V", "CS"))).toBe("paste");
  expect(shortcut(press("F", "CS"))).toBe("find");
  expect(shortcut(press("`", "C"))).toBe("panel");
  expect(shortcut(press("F6", "C"))).toBe("leave");
  for (const key of [press("c", "C"), press("f"), press("Tab"), press("Escape"), press("F", "CSA"), press("c", "M")]) {
    expect(shortcut(key), JSON.stringify(key)).toBeUndefined();
  }
});

test("Shift with Home and End lead through what is kept, and alone they are the terminal's", () => {
  expect([farEnd(press("Home", "S")), farEnd(press("End", "S"))]).toEqual(["top", "bottom"]);
  for (const key of [press("Home"), press("End", "CS"), press("Home", "SA"), press("PageUp", "S")])
    expect(farEnd(key), JSON.stringify(key)).toBeUndefined();
});

test("whoever presses a letter, Enter or Ctrl+C wants to type, and whoever presses Tab or F5 may want to go elsewhere", () => {
  for (const key of [press("a"), press("Enter"), press("c", "C"), press("ArrowUp")]) expect(isTyping(key)).toBe(true);
  for (const key of [press("Tab"), press("F5"), press("Shift", "S"), press("r", "M")])
    expect(isTyping(key)).toBe(false);
});

test("Ctrl makes controls of letters", () => {
  expect(["c", "C", "[", " ", "?", "1", "ab"].map(withCtrl)).toEqual(["\x03", "\x03", "\x1b", "\0", "\x7f", "1", "ab"]);
});

test("arrows are said as the program wants them", () => {
  expect([arrow("A", false), arrow("D", true)]).toEqual(["\x1b[A", "\x1bOD"]);
});
