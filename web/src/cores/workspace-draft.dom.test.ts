import { afterEach, expect, test } from "vitest";
import { mine } from "@/account/mine";
import { addressTrouble, BLANK, isWorkspaceName, keepDraft, keptDraft, nameOf } from "./workspace-draft";

afterEach(() => sessionStorage.clear());

test("an address that the Core would refuse is refused here", () => {
  for (const url of ["https://git.example/a/b.git", "ssh://git@git.example:22/a", "git@git.example:a/b.git"]) {
    expect(addressTrouble(url), url).toBeUndefined();
  }
  for (const url of [
    "http://git.example/a",
    "file:///etc",
    "ext::sh -c x",
    "/srv/repo",
    "https://ada@git.example/a",
    "ssh://ada:secret@git.example/a",
    "https://git.example/a b",
    "",
  ]) {
    expect(addressTrouble(url), url).toBeDefined();
  }
});

test("a clone is called like its repository", () => {
  expect(nameOf("https://git.example/team/tool.git")).toBe("tool");
  expect(nameOf("git@git.example:tool.git")).toBe("tool");
  expect(nameOf("https://git.example/team/.github/")).toBe("github");
  expect(isWorkspaceName(nameOf("https://git.example/~a b"))).toBe(true);
});

test("what was typed is there after a reload, and gone when it was used", () => {
  const draft = { from: "clone", name: "tool", url: "https://git.example/tool", branch: "main" } as const;
  keepDraft("c", draft);
  expect(keptDraft("c")).toEqual(draft);
  keepDraft("c", undefined);
  expect(keptDraft("c")).toEqual(BLANK);
  sessionStorage.setItem(mine("new-workspace.c"), "[7");
  expect(keptDraft("c")).toEqual(BLANK);
});
