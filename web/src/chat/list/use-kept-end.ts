import { type RefObject, useEffect } from "react";

/** Whoever is at the end of a list stays there, whatever becomes larger or smaller: what is in it, or the room for it. */
export function useKeptEnd(box: RefObject<HTMLElement | null>, near: number): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let atEnd = true;
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
