/** Where in the list an event is told: for whoever comes to see just that. */
import type { Row } from "./rows";

/** The row that has the message or the text of this event, or else the last before it. Undefined: there is none. */
export function placeOf(rows: readonly Row[], seq: number): number | undefined {
  let before: number | undefined;
  for (const [place, row] of rows.entries()) {
    const its = seqOf(row);
    if (its === seq) return place;
    if (its !== undefined && its < seq) before = place;
  }
  return before;
}

function seqOf(row: Row): number | undefined {
  switch (row.type) {
    case "message":
      return row.turn.seq;
    case "block":
      return "seq" in row.block ? row.block.seq : undefined;
    case "end":
    case "aside":
      return undefined;
  }
}
