import { expect, test } from "vitest";
import { extent, wantedCopy } from "./clipboard";
import { webAddress } from "./links";

test("what a program wants on the clipboard is read as text, and a question is not answered", () => {
  expect(wantedCopy(`c;${btoa("ls -l")}`)).toBe("ls -l");
  expect(wantedCopy(";w7w=")).toBe("ü");
  for (const data of ["c;?", "c;", "c", "", "c;%%%", "c;/w==", `c;${"A".repeat(300_000)}`]) {
    expect(wantedCopy(data), data.slice(0, 20)).toBeUndefined();
  }
});

test("it is said how much it is", () => {
  expect([extent("x"), extent("ab"), extent("a\nbc")]).toEqual([
    "1 character",
    "2 characters",
    "2 lines, 4 characters",
  ]);
});

test("links lead to web pages and nowhere else", () => {
  expect(webAddress("https://example.org/a?b")?.href).toBe("https://example.org/a?b");
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "vscode://open",
    "https://bank.example@evil.example/",
    "//example.org",
    "",
    `https://example.org/${"x".repeat(3_000)}`,
  ]) {
    expect(webAddress(text), text).toBeUndefined();
  }
});
