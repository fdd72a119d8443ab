import { expect, test } from "vitest";
import { scopeLines } from "./scopes";

test("what was asked for is told apart from what was granted", () => {
  const lines = scopeLines(["user:inference", "user:profile", "user:sessions:claude_code", "user:mcp_servers"]);
  expect(lines.filter(({ granted }) => granted).map(({ means }) => means)).toEqual([
    "Send messages to Claude",
    "Read account information",
    "Create Claude Code sessions",
    "Access MCP server configurations",
  ]);
  expect(lines.filter(({ granted }) => !granted).map(({ scope }) => scope)).toEqual([
    "user:file_upload",
    "org:create_api_key",
  ]);
});

test("what was granted and never asked for is shown, too", () => {
  expect(scopeLines(["user:everything"]).at(-1)).toMatchObject({
    scope: "user:everything",
    asked: false,
    granted: true,
  });
});
