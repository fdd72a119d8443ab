/**
 * How much room the panel has for a terminal: as it was when one was last fitted into a panel of the same size. A new one
 * then begins with it, and its first line is not drawn again for another size. Kept over reloads.
 */
import { isRecord } from "@/api/shape";
import type { Size } from "./told";

/** What decides it. */
export type Frame = { readonly width: number; readonly height: number; readonly letters: number };

const KEY = "condrix.terminal.room";
const MOST = 1_000;

const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST;
const nameOf = ({ width, height, letters }: Frame): string => `${width}x${height}/${letters}`;

export function noteRoom(frame: Frame, { rows, columns }: Size): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ frame: nameOf(frame), rows, columns }));
  } catch {
    // The next one begins with the usual size.
  }
}

/** Undefined: nobody knows. */
export function roomIn(frame: Frame): Size | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (!isRecord(kept) || kept.frame !== nameOf(frame)) return undefined;
    const { rows, columns } = kept;
    return isSide(rows) && isSide(columns) ? { rows, columns } : undefined;
  } catch {
    return undefined;
  }
}

/** The panel around an element. */
export function frameAround(element: Element | null, letters: number): Frame | undefined {
  const panel = element?.closest("[data-terminals]");
  return panel ? { width: panel.clientWidth, height: panel.clientHeight, letters } : undefined;
}
