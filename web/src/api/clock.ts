/** What time it is at the gateway: this device's clock may be wrong, and what is shown was told by the gateway's. */

/** A device is taken to be right where it differs by less. */
const NONE = 2_000;
/** A clock is put right now and then: no answer is believed for longer. */
const BELIEVED = 5 * 60_000;

/** What the answer that came fastest says. */
let learnt = { offset: 0, trip: Number.POSITIVE_INFINITY, at: 0 };

/** The present, in milliseconds, as far as it is known. */
export const present = (): number => Date.now() + learnt.offset;

/** `date`: the gateway's time of an answer, in whole seconds. `asked`, `answered`: by this device's clock. */
export function learn(date: string | null, asked: number, answered: number): void {
  const then = date === null ? Number.NaN : Date.parse(date);
  const trip = answered - asked;
  if (Number.isNaN(then) || trip < 0) return;
  const stale = Math.abs(answered - learnt.at) > BELIEVED;
  if (trip > learnt.trip && !stale) return;
  const found = then + 500 - (asked + trip / 2);
  learnt = { offset: Math.abs(found) < NONE + trip / 2 ? 0 : found, trip, at: answered };
}

/** Whether the gateway itself says what is asked for there. What a Core says has the Core's time. */
export const isGateways = (url: string): boolean => !/\/api\/v1\/cores\/[^/?]+\//.test(url);
