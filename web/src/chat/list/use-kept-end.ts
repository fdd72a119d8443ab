import { type RefObject, useEffect } from "react";

/**
 * Whoever is at the end of a list stays there, whatever becomes larger or smaller: what is in it, or the room for it.
 * `begins`: whether it is shown from its end.
 */
export function useKeptEnd(box: RefObject<HTMLElement | null>, near: number, begins: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is how it begins, and nothing changes that
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let atEnd = begins;
    let last = element.scrollTop;
    // Only by scrolling up does anybody leave the end: what grows moves nobody.
    const scrolled = () => {
      const { scrollHeight, clientHeight, scrollTop } = element;
      if (scrollHeight - clientHeight - scrollTop <= near) atEnd = true;
      else if (scrollTop < last) atEnd = false;
      last = scrollTop;
    };
    const resized = new ResizeObserver(() => {
      if (atEnd) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", scrolled, { passive: true });
    resized.observe(element);
    if (element.firstElementChild) resized.observe(element.firstElementChild);
    return () => {
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, [box, near]);
}
