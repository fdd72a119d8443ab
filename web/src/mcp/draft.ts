/** A server while somebody describes it. What is shown of one that is there lacks its secrets: they are typed anew. */
import type { McpServer } from "@/api/schema";

export type Kind = "stdio" | "http";

/** An argument. The key is what a list tells it by. */
export type Line = { readonly key: number; readonly text: string };
/** A variable or a header. */
export type Pair = { readonly key: number; readonly name: string; readonly value: string; readonly secret: boolean };

export type Draft = {
  readonly name: string;
  readonly kind: Kind;
  readonly command: string;
  readonly args: readonly Line[];
  readonly env: readonly Pair[];
  readonly url: string;
  readonly headers: readonly Pair[];
};

export const EMPTY: Draft = { name: "", kind: "stdio", command: "", args: [], env: [], url: "", headers: [] };

/** Headers that hold nothing but secrets. */
const SECRET = ["authorization", "proxy-authorization", "cookie"];

export const isSecretHeader = (name: string): boolean => SECRET.includes(name.trim().toLowerCase());

export const nextKey = (list: readonly { readonly key: number }[]): number =>
  list.reduce((highest, { key }) => Math.max(highest, key + 1), 0);

export function draftOf(server: McpServer): Draft {
  return server.type === "stdio"
    ? {
        ...EMPTY,
        name: server.name,
        command: server.command,
        args: server.args.map((text, key) => ({ key, text })),
        env: pairs(server.env, server.secret_env),
      }
    : {
        ...EMPTY,
        kind: "http",
        name: server.name,
        url: server.url,
        headers: pairs(server.headers, server.secret_headers),
      };
}

function pairs(plain: Readonly<Record<string, string>>, secret: readonly string[]): Pair[] {
  const known = Object.entries(plain).map(([name, value]) => ({ name, value, secret: false }));
  const hidden = secret.map((name) => ({ name, value: "", secret: true }));
  return [...known, ...hidden].map((pair, key) => ({ key, ...pair }));
}
