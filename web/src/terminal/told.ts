/** What a terminal's socket says in text frames. It comes from a Core: anything may stand in it. */
import type { Size, Told } from "@/api/schema";
import { isRecord } from "@/api/shape";
import { oneLine } from "@/ui/one-line";

export type { Size, Told };

/** Larger than any screen; what a Core itself keeps to. */
const MOST_CELLS = 1_000;

/** Undefined: nothing that this page knows, from a newer Core perhaps. */
export function readTold(frame: string): Told | undefined {
  const said = parsed(frame);
  switch (said?.type) {
    case "attached": {
      const { terminal, replay, position, screen_bytes, size, title, recorded } = said;
      if (typeof terminal !== "string" || (replay !== "missing" && replay !== "screen")) return undefined;
      if (!isCount(position) || !isCount(screen_bytes) || !isSize(size)) return undefined;
      const called = typeof title === "string" ? oneLine(title) : null;
      // What is not said to be private is taken to be recorded.
      return {
        type: "attached",
        terminal,
        replay,
        position,
        screen_bytes,
        size,
        title: called,
        recorded: recorded !== false,
      };
    }
    case "skipped": {
      const { position, screen_bytes } = said;
      return isCount(position) && isCount(screen_bytes) ? { type: "skipped", position, screen_bytes } : undefined;
    }
    case "live":
      return isCount(said.position) ? { type: "live", position: said.position } : undefined;
    case "resized":
      return isSize(said.size) ? { type: "resized", size: said.size } : undefined;
    case "title":
      return typeof said.title === "string" ? { type: "title", title: oneLine(said.title) } : undefined;
    case "exited":
      return { type: "exited", code: number(said.code), signal: number(said.signal) };
    case "error":
      return typeof said.detail === "string" ? { type: "error", detail: oneLine(said.detail) } : undefined;
    default:
      return undefined;
  }
}

function parsed(frame: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isSide = (value: unknown): value is number => isCount(value) && value >= 1 && value <= MOST_CELLS;

const isSize = (value: unknown): value is Size => isRecord(value) && isSide(value.rows) && isSide(value.columns);

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
