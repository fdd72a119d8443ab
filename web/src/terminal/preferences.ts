/** How terminals are shown, kept over reloads. */
import { useSyncExternalStore } from "react";

export type Preferences = {
  /** Of the panel, in pixels. */
  readonly width: number;
  /** Their size in pixels. */
  readonly letters: number;
  /** For screen readers; it costs speed. */
  readonly readAloud: boolean;
};

const KEY = "condrix.terminal";
export const USUAL: Preferences = { width: 560, letters: 13, readAloud: false };
export const NARROWEST = 280;
/** What is left to the page beside it. */
const PAGE = 320;

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

export const clampWidth = (width: number, room: number): number => Math.round(between(width, NARROWEST, room - PAGE));
export const clampLetters = (letters: number): number => between(Math.round(letters), 9, 24);

/** What was kept may be of another version, or of nobody. */
export function readPreferences(kept: string | null): Preferences {
  try {
    const value: Partial<Record<keyof Preferences, unknown>> = { ...JSON.parse(kept ?? "{}") };
    const { width, letters, readAloud } = value;
    return {
      width: typeof width === "number" && Number.isFinite(width) ? clampWidth(width, 4_000) : USUAL.width,
      letters: typeof letters === "number" && Number.isFinite(letters) ? clampLetters(letters) : USUAL.letters,
      readAloud: readAloud === true,
    };
  } catch {
    return USUAL;
  }
}

let now = readPreferences(localStorage.getItem(KEY));
const listeners = new Set<() => void>();

export function prefer(change: Partial<Preferences>): void {
  now = { ...now, ...change };
  localStorage.setItem(KEY, JSON.stringify(now));
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, () => now);
