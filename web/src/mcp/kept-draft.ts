/** What was typed of a new server so far, for as long as this tab lives; of a secret its name alone. */
import { isRecord } from "@/api/shape";
import { type Draft, EMPTY, isSecretHeader, type Line, type Pair } from "./draft";
import type { Place } from "./place";

const key = ({ core, workspace }: Place) => `condrix.new-server.${core}.${workspace ?? ""}`;

export function keptDraft(place: Place): Draft {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(place)) ?? "null");
    return isDraft(kept) ? kept : EMPTY;
  } catch {
    // What cannot be read is none.
    return EMPTY;
  }
}

export function keepDraft(place: Place, draft: Draft | undefined): void {
  if (draft === undefined) {
    sessionStorage.removeItem(key(place));
    return;
  }
  const hide = (pair: Pair): Pair => (pair.secret || isSecretHeader(pair.name) ? { ...pair, value: "" } : pair);
  const shown: Draft = { ...draft, env: draft.env.map(hide), headers: draft.headers.map(hide) };
  try {
    sessionStorage.setItem(key(place), JSON.stringify(shown));
  } catch {
    // There is no room for it: it lives as long as the dialog.
  }
}

function isDraft(value: unknown): value is Draft {
  if (!isRecord(value)) return false;
  const { kind, args, env, headers } = value;
  const texts = [value.name, value.command, value.url].every((it) => typeof it === "string");
  return (
    texts && (kind === "stdio" || kind === "http") && all(args, isLine) && all(env, isPair) && all(headers, isPair)
  );
}

const all = (value: unknown, check: (item: unknown) => boolean) => Array.isArray(value) && value.every(check);

const isLine = (value: unknown): value is Line =>
  isRecord(value) && typeof value.key === "number" && typeof value.text === "string";

const isPair = (value: unknown): value is Pair =>
  isRecord(value) &&
  typeof value.key === "number" &&
  typeof value.name === "string" &&
  typeof value.value === "string" &&
  typeof value.secret === "boolean";
