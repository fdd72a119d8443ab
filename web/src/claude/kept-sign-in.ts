/**
 * A sign-in that waits is kept over a reload, in this tab. Its code is not: it is a secret, and the vendor's page still
 * shows it.
 */
import { mine } from "@/account/mine";
import { isRecord } from "@/api/shape";
import type { Begun } from "./sign-in-stage";

const key = (core: string) => mine(`sign-in.${core}`);

export function keep(core: string, begun: Begun): void {
  sessionStorage.setItem(key(core), JSON.stringify(begun));
}

export function forget(core: string): void {
  sessionStorage.removeItem(key(core));
}

export function kept(core: string, now: number): Begun | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(core)) ?? "null");
    return isBegun(value) && value.until > now ? value : undefined;
  } catch {
    // Something else has written there.
    return undefined;
  }
}

function isBegun(value: unknown): value is Begun {
  if (!isRecord(value) || !isRecord(value.signIn)) return false;
  const { kind, signIn, until, again } = value;
  const isAddress = typeof signIn.url === "string" && signIn.url.startsWith("https://");
  const isKind = kind === "claudeai" || kind === "console";
  return (
    isKind && typeof signIn.id === "string" && isAddress && typeof until === "number" && typeof again === "boolean"
  );
}
