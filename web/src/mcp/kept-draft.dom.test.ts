import { afterEach, expect, test } from "vitest";
import { EMPTY } from "./draft";
import { keepDraft, keptDraft } from "./kept-draft";

afterEach(() => sessionStorage.clear());

test("what was typed is there again, each place's own, and no secret was kept", () => {
  const headers = [
    { key: 0, name: "X-Region", value: "north", secret: false },
    { key: 1, name: "X-Key", value: "hush", secret: true },
    { key: 2, name: "Authorization", value: "Bearer hush", secret: false },
  ];
  keepDraft({ core: "a" }, { ...EMPTY, name: "web", kind: "http", headers });
  const kept = keptDraft({ core: "a" });
  expect(kept.name).toBe("web");
  expect(kept.headers.map(({ value }) => value)).toEqual(["north", "", ""]);
  expect(JSON.stringify({ ...sessionStorage })).not.toContain("hush");
  expect(keptDraft({ core: "a", workspace: "garden" })).toEqual(EMPTY);
  keepDraft({ core: "a" }, undefined);
  expect(keptDraft({ core: "a" })).toEqual(EMPTY);
});

test("what is damaged is none", () => {
  for (const kept of ["{", "[]", '{"kind":"stdio","name":1}']) {
    sessionStorage.setItem("condrix.new-server.a.", kept);
    expect(keptDraft({ core: "a" })).toEqual(EMPTY);
  }
});
