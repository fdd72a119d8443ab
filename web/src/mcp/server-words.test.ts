import { expect, test } from "vitest";
import { about, how } from "./server-words";

test("a program is shown with its arguments told apart", () => {
  const program = {
    name: "x",
    type: "stdio",
    command: "npx",
    args: ["-y", "a b", ""],
    env: {},
    secret_env: [],
  } as const;
  const server = { ...program, args: [...program.args], secret_env: [] };
  expect(how(server)).toBe('npx -y "a b" ""');
  expect(about(server)).toBeUndefined();
});

test("of a secret its name is shown, and nothing turns the direction of reading", () => {
  const server = {
    name: "x",
    type: "http" as const,
    url: "https://x.example/\u202emcp",
    headers: { "X-Region": "north" },
    secret_headers: ["Authorization"],
  };
  expect(how(server)).toBe("https://x.example/ mcp");
  expect(about(server)).toBe("X-Region=north, Authorization (secret)");
});
