import { expect, test } from "vitest";
import { commandBeing, completed, matching } from "./commands";

const named = (...names: string[]) => names.map((name) => ({ name }));

test("a command is written at the beginning, and only there", () => {
  expect(commandBeing("/", 1)).toBe("");
  expect(commandBeing("/Com rest", 4)).toBe("com");
  for (const [text, caret] of [
    ["/com ", 5],
    ["a /com", 6],
    ["/usr/bin", 8],
    ["/com", 0],
    ["", 0],
  ] as const) {
    expect(commandBeing(text, caret)).toBeUndefined();
  }
});

test("commands that begin so come first", () => {
  expect(matching(named("recompact", "help", "Compact"), "com").map(({ name }) => name)).toEqual([
    "Compact",
    "recompact",
  ]);
});

test("a command takes the place of what was begun, and what comes behind stays", () => {
  expect(completed("/co", 3, { name: "compact" })).toEqual({ text: "/compact ", caret: 9 });
  expect(completed("/compa now", 3, { name: "compact" })).toEqual({ text: "/compact now", caret: 9 });
});
