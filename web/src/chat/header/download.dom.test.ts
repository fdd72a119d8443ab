import { expect, test } from "vitest";
import { fileName } from "./download";

test("a file is named after its session, and leads nowhere", () => {
  expect(fileName("Fix: the parser", "markdown")).toBe("Fix the parser.md");
  expect(fileName("../../etc/passwd", "json")).toBe("etc passwd.json");
  expect(fileName("…\u202e/", "json")).toBe("session.json");
});
