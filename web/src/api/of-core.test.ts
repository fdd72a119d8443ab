import { expect, test } from "vitest";
import { has, read, readable, Unreadable, workspace } from "./of-core";

test("what cannot be read in a list spoils nothing beside it", () => {
  const garden = { name: "garden", state: "ready" };
  const strange = [
    null,
    7,
    [],
    {},
    { name: 7, state: "ready" },
    { name: "a", state: "new" },
    { name: "a", state: "failed" },
  ];
  expect(readable<unknown>(workspace, [...strange, garden])).toEqual([garden]);
});

test("a workspace's name is a folder's and nothing else", () => {
  for (const name of ["..", "../x", "a b", "a\u202e", "\ud800", "", "a/b", "a".repeat(65), "a\n"]) {
    expect(readable(workspace, [{ name, state: "ready" }])).toEqual([]);
  }
});

test("what is no list, or has none, is said to be unreadable", () => {
  for (const said of [null, 7, "x", {}, { items: null }, { items: { length: 1 } }]) {
    expect(() => read<unknown>(has("items"), said)).toThrow(Unreadable);
  }
  expect(read(has("items"), { items: [] })).toEqual({ items: [] });
});
