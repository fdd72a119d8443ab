/** How much of a terminal's output may wait here to be drawn. Beyond it the terminal is asked to wait. */
const MOST = 512 * 1024;
const LITTLE = 128 * 1024;

export type Order = "pause" | "resume";

export type Flow = { readonly waiting: number; readonly paused: boolean };

export const STILL: Flow = { waiting: 0, paused: false };

/** A new connection knows nothing of an earlier one's pause. */
export const reconnected = ({ waiting }: Flow): Flow => ({ waiting, paused: false });

export function came({ waiting, paused }: Flow, count: number): readonly [Flow, Order | undefined] {
  const more = waiting + count;
  return more > MOST && !paused ? [{ waiting: more, paused: true }, "pause"] : [{ waiting: more, paused }, undefined];
}

export function drawn({ waiting, paused }: Flow, count: number): readonly [Flow, Order | undefined] {
  const less = Math.max(0, waiting - count);
  return less < LITTLE && paused
    ? [{ waiting: less, paused: false }, "resume"]
    : [{ waiting: less, paused }, undefined];
}
