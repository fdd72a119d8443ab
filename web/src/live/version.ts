/** Whether the gateway serves another page by now than the one that runs here. */
import { useSyncExternalStore } from "react";
import { request } from "@/api/client";

/** The parts that a document begins with. Their names change with what is in them. */
export const partsOf = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].flatMap(([, name]) => name ?? []);

/** A document that names nothing is not ours: somebody else answers, or it is not built at all. */
export const isAnother = (named: readonly string[], running: ReadonlySet<string>): boolean =>
  named.some((name) => !running.has(name));

const running = new Set(partsOf(document.documentElement.outerHTML));
const listeners = new Set<() => void>();
let another = false;
let looked = Date.now();
let looking: Promise<boolean> | undefined;

/** Asks the gateway, unless it was asked within this time, in milliseconds. */
export function lookForVersion(within: number): Promise<boolean> {
  if (another || Date.now() - looked < within) return Promise.resolve(another);
  looking ??= look().finally(() => {
    looking = undefined;
  });
  return looking;
}

async function look(): Promise<boolean> {
  looked = Date.now();
  try {
    const document = await (await request("/", { cache: "no-cache" })).text();
    another = isAnother(partsOf(document), running);
  } catch {
    // Nobody answers now: when somebody does, it is asked again.
  }
  if (another) for (const tell of listeners) tell();
  return another;
}

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export const useNewVersion = (): boolean => useSyncExternalStore(subscribe, () => another);
