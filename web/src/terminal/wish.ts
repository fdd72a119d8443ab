/**
 * That somebody wants to type in a terminal. It is said by what they do for it, and granted once, to the terminal that
 * comes then: one that comes by itself takes the focus from nobody.
 */

const PANEL = "[data-terminals]";
const FIELDS = "input, textarea, select, [contenteditable]";
const DOINGS = ["focusin", "input", "pointerdown"] as const;

let wanted = false;

export function wishToType(): void {
  if (wanted) return;
  wanted = true;
  for (const doing of DOINGS) document.addEventListener(doing, done, true);
}

export function dropWish(): void {
  wanted = false;
  for (const doing of DOINGS) document.removeEventListener(doing, done, true);
}

/** Whether it is wanted still. It is not wanted a second time. */
export function takeWish(): boolean {
  const was = wanted;
  dropWish();
  return was;
}

/** Whoever has gone on elsewhere, or types on where they were, wants it no more. A button may have the focus back. */
function done({ type, target }: Event): void {
  if (!(target instanceof Element) || target.closest(PANEL) !== null) return;
  if (type !== "focusin" || target.matches(FIELDS)) dropWish();
}
