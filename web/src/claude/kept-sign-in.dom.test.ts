import { afterEach, expect, test } from "vitest";
import { mine } from "@/account/mine";
import { forget, keep, kept } from "./kept-sign-in";
import type { Begun } from "./sign-in-stage";

const begun: Begun = { kind: "claudeai", signIn: { id: "s", url: "https://claude.com/x" }, until: 1_000, again: false };

afterEach(() => sessionStorage.clear());

test("a sign-in is there after a reload until it lapses or is forgotten", () => {
  keep("c", begun);
  expect(kept("c", 999)).toEqual(begun);
  expect(kept("c", 1_000)).toBeUndefined();
  expect(kept("d", 0)).toBeUndefined();
  forget("c");
  expect(kept("c", 0)).toBeUndefined();
});

test("what is no sign-in is none", () => {
  for (const text of ["", "{", "null", "7", '{"kind":"claudeai"}']) {
    sessionStorage.setItem(mine("sign-in.c"), text);
    expect(kept("c", 0), text).toBeUndefined();
  }
  sessionStorage.setItem(
    mine("sign-in.c"),
    JSON.stringify({ ...begun, signIn: { id: "s", url: "javascript:alert(1)" } }),
  );
  expect(kept("c", 0)).toBeUndefined();
});
