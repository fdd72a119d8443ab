/** Messages on their way, kept over reloads: each in a place of its own, so that no tab overwrites what another keeps. */
import { mine } from "@/account/mine";
import { isRecord } from "@/api/shape";
import type { Outgoing } from "./outbox";

export type Place = { readonly core: string; readonly session: string; readonly key: string };
/** Pictures are too large to be kept: that there were some is. */
export type Kept = { readonly key: string; readonly text: string; readonly pictures: number; readonly at: number };

const prefix = () => mine("outbox.");
export const nameOf = ({ core, session, key }: Place): string => `${prefix()}${core}.${session}.${key}`;

/** Undefined: no message is kept there, or it is somebody else's. */
export function placeOf(name: string): Place | undefined {
  if (!name.startsWith(prefix())) return undefined;
  const [core, session, key, more] = name.slice(prefix().length).split(".");
  return core && session && key && more === undefined ? { core, session, key } : undefined;
}

export function keep(place: Place, { key, text, pictures }: Outgoing): void {
  const at = performance.timeOrigin + performance.now();
  try {
    localStorage.setItem(nameOf(place), JSON.stringify({ key, text, pictures: pictures.length, at } satisfies Kept));
  } catch {
    // There is no room: it lives as long as the page does.
  }
}

export const drop = (place: Place): void => localStorage.removeItem(nameOf(place));

export function kept(place: Place): Kept | undefined {
  try {
    const it: unknown = JSON.parse(localStorage.getItem(nameOf(place)) ?? "null");
    if (!isRecord(it) || it.key !== place.key || typeof it.text !== "string") return undefined;
    const { text, pictures, at } = it;
    return { key: place.key, text, pictures: Number(pictures), at: Number(at) };
  } catch {
    // It is not ours.
    return undefined;
  }
}

/** Whatever is kept, in the order in which it was written. */
export function allKept(): readonly (Place & Kept)[] {
  return Object.keys(localStorage)
    .flatMap((name) => {
      const place = placeOf(name);
      const it = place && kept(place);
      return it ? [{ ...place, ...it }] : [];
    })
    .sort((one, other) => one.at - other.at);
}
