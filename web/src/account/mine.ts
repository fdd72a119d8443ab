/**
 * Whose page this is, and names under which a browser keeps what they have written and not sent. Another person who logs
 * in here finds nothing of it, and sends nothing of it: in one browser one person is logged in, and where that becomes
 * another, in a tab beside, nothing of the first one goes on.
 */
const PERSON = "condrix.person";

let user: string | undefined;
let over = false;

/** Whoever is logged in: before anything of theirs is looked for. Whether the page is theirs: if not, it ends. */
export function iAm(id: string): boolean {
  if (user === undefined) {
    user = id;
    tellOthers(id);
    window.addEventListener("storage", ({ key }) => key === PERSON && isStillMine());
  } else if (user !== id) startAnew();
  return !over;
}

/** Undefined: nobody is known yet. */
export const whoIAm = (): string | undefined => user;

/** Somebody has just logged in: pages of anybody else end. */
export function tellOthers(id: string): void {
  try {
    if (localStorage.getItem(PERSON) !== id) localStorage.setItem(PERSON, id);
  } catch {
    // There is no room: the gateway refuses what comes from a page of somebody else.
  }
}

/** Whether nobody else has logged in meanwhile. If so, the page ends, and nothing may be sent from it any more. */
export function isStillMine(): boolean {
  const now = localStorage.getItem(PERSON);
  if (user !== undefined && now !== null && now !== user) startAnew();
  return !over;
}

/** A whole new page, of whoever is logged in now. */
export function startAnew(): void {
  if (over) return;
  over = true;
  location.assign("/");
}

export const mine = (name: string): string => `condrix.${user ?? "nobody"}.${name}`;
