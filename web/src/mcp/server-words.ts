/** A server in words. */
import type { McpServer } from "@/api/schema";
import { oneLine } from "@/ui/one-line";

const LONGEST = 400;

/** What is started, or what is asked. */
export function how(server: McpServer): string {
  if (server.type === "http") return oneLine(server.url, LONGEST);
  return oneLine([server.command, ...server.args].map(quoted).join(" "), LONGEST);
}

/** What else it is given: of a secret its name alone. Undefined: nothing. */
export function about(server: McpServer): string | undefined {
  const [plain, secret] =
    server.type === "stdio" ? [server.env, server.secret_env] : [server.headers, server.secret_headers];
  const shown = Object.entries(plain).map(([name, value]) => `${oneLine(name, 80)}=${oneLine(value, 80)}`);
  const hidden = secret.map((name) => `${oneLine(name, 80)} (secret)`);
  const all = [...shown, ...hidden];
  return all.length === 0 ? undefined : all.join(", ");
}

/** An argument as its reader tells it from its neighbours. */
const quoted = (text: string) => (text !== "" && /^[\w@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text));
