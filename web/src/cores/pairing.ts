/** How a host becomes a Core: pure parts. */
import type { CoreView } from "@/api/schema";

const PREFIX = "cxp1_";

/** The gateway's address as the token has it: an agent takes no other. It may differ from this page's. */
export function gatewayOf(token: string): string | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  try {
    const base64 = token.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/");
    const told: unknown = JSON.parse(atob(base64));
    if (typeof told !== "object" || told === null || !("g" in told) || typeof told.g !== "string") return undefined;
    const address = new URL(told.g);
    return address.protocol === "https:" ? address.origin : undefined;
  } catch {
    // A newer gateway may write its tokens in another way.
    return undefined;
  }
}

/** Which of the Cores came by this token: one that was not there before, of its name where it has one. */
export function arrived(
  cores: readonly CoreView[],
  before: ReadonlySet<string>,
  name: string | undefined,
): CoreView | undefined {
  const fresh = cores.filter(({ id }) => !before.has(id));
  if (name === undefined) return fresh[0];
  // Where the name was taken, the gateway gives the next one that is free.
  return (
    fresh.find((core) => core.name === name) ?? fresh.find((core) => core.name.startsWith(`${name.slice(0, 55)}-`))
  );
}
