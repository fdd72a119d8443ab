/**
 * Names under which a browser keeps what somebody has written and not sent. Another person who logs in here finds
 * nothing of it, and sends nothing of it.
 */
let user = "nobody";

/** Whoever is logged in: before anything of theirs is looked for. */
export function iAm(id: string): void {
  user = id;
}

export const mine = (name: string): string => `condrix.${user}.${name}`;
