/** Up to where a history goes. Pure. */

export type End = {
  /** Where the Core may have lost its newest events, another one begins, and the numbers before say nothing of it. */
  readonly epoch: string;
  readonly seq: number;
};

/** By a session's cursor, which is the id of its newest event. */
export function endOf(cursor: string): End {
  const [epoch = "", at] = cursor.split(":");
  const seq = Number(at);
  return { epoch, seq: Number.isSafeInteger(seq) ? seq : 0 };
}

/** Whether all of it is there. Every session has at least the event that it was made by. */
export const isWhole = (seq: number, end: End): boolean => seq > 0 && seq >= end.seq;
