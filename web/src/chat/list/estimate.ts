import type { Row } from "../conversation/rows";

const LINE = 24;
const LETTERS = 80;

/** How high a row is likely to be before it was drawn, in pixels: what is near the truth jumps little. */
export function estimate(row: Row | undefined): number {
  switch (row?.type) {
    case "message":
      return 72 + lines(row.turn.text) * LINE + (row.turn.images.length > 0 ? 140 : 0);
    case "block":
      return row.block.type === "text" ? 12 + lines(row.block.text) * LINE : 40;
    case "end":
    case "aside":
    case undefined:
      return 40;
  }
}

function lines(text: string): number {
  let count = 0;
  for (const line of text.slice(0, 20_000).split("\n")) count += Math.max(1, Math.ceil(line.length / LETTERS));
  return count;
}
