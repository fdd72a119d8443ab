/** What a sign-in lets a Core do at the vendor, in words. */
import { oneLine } from "@/ui/one-line";

export type ScopeLine = {
  readonly scope: string;
  readonly means: string;
  readonly asked: boolean;
  readonly granted: boolean;
};

/** What the pinned CLI asks for. */
const ASKED: readonly (readonly [string, string])[] = [
  ["user:inference", "Send messages to Claude"],
  ["user:profile", "Read account information"],
  ["user:sessions:claude_code", "Create Claude Code sessions"],
  ["user:mcp_servers", "Access MCP server configurations"],
  ["user:file_upload", "Attach files to messages"],
  ["org:create_api_key", "Make an API key, for sign-ins through the console"],
];

/** Those that are asked for, and then whatever else was granted. */
export function scopeLines(granted: readonly string[]): ScopeLine[] {
  const asked = ASKED.map(([scope, means]) => ({ scope, means, asked: true, granted: granted.includes(scope) }));
  const others = granted.filter((scope) => !ASKED.some(([known]) => known === scope));
  return [
    ...asked,
    ...others.map((scope) => ({
      scope: oneLine(scope, 64),
      means: "Not known to this version",
      asked: false,
      granted: true,
    })),
  ];
}
