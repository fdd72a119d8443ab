/** A finger on a terminal moves what it shows: the emulator's library knows wheels alone. */

/** How many whole lines a movement is, and what is left of it for the next one. */
export function lines(left: number, moved: number, height: number): { readonly whole: number; readonly left: number } {
  if (height <= 0) return { whole: 0, left: 0 };
  const all = left + moved / height;
  const whole = Math.trunc(all);
  return { whole, left: all - whole };
}

/** `scroll`: by so many lines, downwards where it is positive. */
export function followFinger(element: HTMLElement, height: () => number, scroll: (lines: number) => void): () => void {
  let at: number | undefined;
  let left = 0;
  const begin = ({ touches }: TouchEvent) => {
    at = touches.length === 1 ? touches[0]?.clientY : undefined;
    left = 0;
  };
  const move = (event: TouchEvent) => {
    const now = event.touches[0]?.clientY;
    if (at === undefined || now === undefined) return;
    event.preventDefault();
    const moved = lines(left, at - now, height());
    at = now;
    left = moved.left;
    if (moved.whole !== 0) scroll(moved.whole);
  };
  element.addEventListener("touchstart", begin, { passive: true, capture: true });
  element.addEventListener("touchmove", move, { passive: false, capture: true });
  return () => {
    element.removeEventListener("touchstart", begin, true);
    element.removeEventListener("touchmove", move, true);
  };
}
