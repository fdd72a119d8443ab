import { beforeEach, expect, test } from "vitest";
import { keepLooksOn, readLooksOn } from "./looks-on";

beforeEach(() => sessionStorage.clear());

test("at which terminals of a Core somebody only looks is kept, each by itself", () => {
  keepLooksOn("studio", "a", true);
  expect(keepLooksOn("studio", "b", true)).toEqual(["a", "b"]);
  expect(keepLooksOn("studio", "b", true)).toEqual(["a", "b"]);
  expect(readLooksOn("studio")).toEqual(["a", "b"]);
  expect(readLooksOn("attic")).toEqual([]);
  keepLooksOn("studio", "a", false);
  expect(readLooksOn("studio")).toEqual(["b"]);
  expect(keepLooksOn("studio", "b", false)).toEqual([]);
  expect(sessionStorage.length).toBe(0);
});

test("what was kept in another shape is forgotten", () => {
  for (const text of ["", "{", "null", '{"a":true}', "[1]"]) {
    sessionStorage.setItem("condrix.terminal.studio.looks-on", text);
    expect(readLooksOn("studio")).toEqual([]);
  }
});
