import { type RefObject, useEffect, useRef } from "react";

/** When the room for a list becomes smaller or larger, whoever was at its end stays there. */
export function useKeptEnd(box: RefObject<HTMLElement | null>, near: number, toEnd: () => void): void {
  const latest = useRef(toEnd);
  latest.current = toEnd;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let atEnd = true;
    // Only by scrolling does anybody leave the end: a smaller room moves nobody.
    const scrolled = () => {
      atEnd = element.scrollHeight - element.clientHeight - element.scrollTop <= near;
    };
    const resized = new ResizeObserver(() => {
      if (atEnd) latest.current();
    });
    element.addEventListener("scroll", scrolled, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, [box, near]);
}
