/**
 * Where an emulator is in what a terminal has said. Positions count the terminal's bytes since it began; what restores a
 * screen is none of them.
 */
import type { Told } from "./told";

export type Place = {
  /** Up to where the terminal's bytes are there. */
  readonly position: number;
  /** So many bytes are still to come that restore the screen. */
  readonly restoring: number;
};

/** An emulator that shows nothing has everything up to here. */
export const BEGINNING: Place = { position: 0, restoring: 0 };

/** What the terminal said about its bytes. */
export function told(place: Place, said: Told): Place {
  switch (said.type) {
    case "attached":
    case "skipped":
      return { position: said.position, restoring: said.screen_bytes };
    default:
      return place;
  }
}

/** So many bytes came. Those that restore a screen come first, all of them. */
export function took(place: Place, count: number): Place {
  const restored = Math.min(place.restoring, count);
  return { position: place.position + count - restored, restoring: place.restoring - restored };
}

/** From where to go on. Undefined: a screen that is restored in part is nothing to go on from. */
export function resumesAt({ position, restoring }: Place): number | undefined {
  return restoring > 0 ? undefined : position;
}

/** What was said and will not be shown here: something in between, or all from before this page had anything. */
export type Gap = "between" | "earlier";

export function gap(before: Place, said: Told): Gap | undefined {
  if (said.type === "skipped") return "between";
  if (said.type !== "attached" || said.replay !== "screen") return undefined;
  if (before.position + before.restoring > 0) return "between";
  // A terminal that has said nothing yet has a screen too.
  return said.position > 0 ? "earlier" : undefined;
}
