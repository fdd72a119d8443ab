import { expect, test } from "vitest";
import { safeLink } from "./links";

test("only whole addresses of the web and of mail lead anywhere", () => {
  expect(safeLink("https://example.org/a?b#c")).toBe("https://example.org/a?b#c");
  expect(safeLink("mailto:a@example.org")).toBe("mailto:a@example.org");
  for (const wrong of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "blob:https://x/y",
    "file:///etc/passwd",
    "//evil.example",
    "/api/v1/logout",
    "#top",
    "https://gateway@evil.example",
    "https://",
    "",
    undefined,
    7,
  ]) {
    expect(safeLink(wrong), String(wrong)).toBeUndefined();
  }
});
