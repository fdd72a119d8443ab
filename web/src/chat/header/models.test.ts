import { expect, test } from "vitest";
import { choices, MODELS, modelFault } from "./models";

test("a name is what the Core takes for one", () => {
  for (const name of ["opus", "claude-opus-4-8", "claude-sonnet-4-5-20250929", "opus[1m]", "a".repeat(128)]) {
    expect(modelFault(name)).toBeUndefined();
  }
  for (const name of ["", "-opus", "[1m]", "a b", "opus;", "opüs", "a".repeat(129)]) {
    expect(modelFault(name)).toBeDefined();
  }
});

test("a model of another name is among those to choose from", () => {
  expect(choices("sonnet", "Sonnet")).toBe(MODELS);
  expect(choices("claude-opus-4-8", "claude-opus-4-8").at(-1)).toEqual(["claude-opus-4-8", "claude-opus-4-8"]);
});
