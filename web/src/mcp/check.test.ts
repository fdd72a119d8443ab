import { expect, test } from "vitest";
import type { McpServer } from "@/api/schema";
import { check } from "./check";
import { type Draft, draftOf, EMPTY, nextKey, type Pair } from "./draft";

const program = (more: Partial<Draft> = {}): Draft => ({ ...EMPTY, name: "echo", command: "npx", ...more });
const web = (more: Partial<Draft> = {}): Draft => ({
  ...EMPTY,
  kind: "http",
  name: "web",
  url: "https://x.example/mcp",
  ...more,
});
const pair = (name: string, value: string, secret = false, key = 0): Pair => ({ key, name, value, secret });
const faults = (draft: Draft, ofAll = false) => check(draft, ofAll).faults;

test("a program goes to the Core with what is secret of it apart", () => {
  const args = ["-y", "", "a b"].map((text, key) => ({ key, text }));
  const env = [pair("LEVEL", "high"), pair(" TOKEN ", "hush", true, 1)];
  expect(check(program({ args, env }), true).server).toEqual({
    type: "stdio",
    command: "npx",
    args: ["-y", "", "a b"],
    env: { LEVEL: "high" },
    secret_env: { TOKEN: "hush" },
  });
});

test("headers that hold nothing but secrets are secret, whatever was ticked", () => {
  const headers = [pair("authorization", "Bearer hush"), pair("X-Region", "north", false, 1)];
  expect(check(web({ headers }), true).server).toEqual({
    type: "http",
    url: "https://x.example/mcp",
    headers: { "X-Region": "north" },
    secret_headers: { authorization: "Bearer hush" },
  });
});

test("a server of every session is no program of a workspace", () => {
  for (const command of ["./x", "bin/x", "../x"]) {
    expect(faults(program({ command }), false)).toBeUndefined();
    expect(faults(program({ command }), true)?.command).toMatch(/relative path/);
  }
  for (const command of ["x", "/opt/x"]) expect(faults(program({ command }), true)).toBeUndefined();
});

test("names, programs and addresses are refused where the Core refuses them", () => {
  for (const name of ["", "A", "a b", "a/b", "a".repeat(33)]) expect(faults(program({ name }))?.name).toBeDefined();
  expect(faults(program({ command: " " }))?.command).toBeDefined();
  expect(faults(program({ args: Array.from({ length: 65 }, (_, key) => ({ key, text: "" })) }))?.args).toBeDefined();
  for (const url of ["", "x.example", "file:///etc/passwd", "https://ada:hush@x.example/"]) {
    expect(faults(web({ url }))?.url).toBeDefined();
  }
});

test("variables and headers are refused each where it stands", () => {
  expect(faults(program({ env: [pair("A=B", "1", false, 7)] }))?.pairs.get(7)).toMatch(/letters/);
  expect(faults(program({ env: [pair("A", "1"), pair("a", "2", true, 3)] }))?.pairs.get(3)).toMatch(/twice/);
  expect(faults(web({ headers: [pair("X-Key", "a\nb")] }))?.pairs.get(0)).toMatch(/character/);
  expect(faults(web({ headers: [pair("X-Key", "ü")] }))?.pairs.get(0)).toMatch(/character/);
});

test("what is hidden of the other kind stands in nobody's way", () => {
  expect(faults(program({ url: "nonsense", headers: [pair("", "")] }))).toBeUndefined();
});

test("a server that is there is described again without its secrets, which have to be typed", () => {
  const there: McpServer = {
    name: "web",
    type: "http",
    url: "https://x.example/mcp",
    headers: { "X-Region": "north" },
    secret_headers: ["Authorization"],
  };
  const draft = draftOf(there);
  expect(draft.headers).toEqual([
    { key: 0, name: "X-Region", value: "north", secret: false },
    { key: 1, name: "Authorization", value: "", secret: true },
  ]);
  expect(nextKey(draft.headers)).toBe(2);
  expect(faults(draft)?.pairs.get(1)).toMatch(/secret/);
});
