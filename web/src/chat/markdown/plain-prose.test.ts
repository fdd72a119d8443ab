import { expect, test } from "vitest";
import { isPlain, parts } from "./plain-prose";

test("what means something in markdown is not plain", () => {
  for (const plain of ["A sentence, and another.", "1 2 3", "Größe 100%", "a\nb"]) expect(isPlain(plain)).toBe(true);
  for (const meant of [
    "1. one",
    "a\n2) b",
    "*x*",
    "a_b",
    "`x`",
    "www.example.org",
    "https://x",
    "a  \nb",
    "    code",
    "a\n---",
  ]) {
    expect(isPlain(meant), meant).toBe(false);
  }
});

test("parts are the whole text, and those that are there stay when it grows", () => {
  const text = "word ".repeat(2_000);
  const before = parts(text);
  expect(before.join("")).toBe(text);
  expect(before.length).toBeGreaterThan(3);
  expect(parts(`${text}more`).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  expect(parts("x".repeat(10_000))).toHaveLength(1);
});
