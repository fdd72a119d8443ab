import type { Unknown } from "./model";

/** So many lines are kept. A Core that says more that nobody understands is not worth more memory. */
const MOST = 200;

export function withLine(unknown: Unknown, line: unknown): Unknown {
  return unknown.lines.length < MOST ? { ...unknown, lines: [...unknown.lines, line] } : unknown;
}
