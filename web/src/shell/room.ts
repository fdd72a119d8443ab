/** How high the page may be while a keyboard lies over it. */
import { useEffect } from "react";

/** Less than this is a browser's own bar coming and going. */
const KEYBOARD = 100;

/**
 * Where a keyboard makes the page itself smaller there is nothing to do: undefined. Elsewhere it only hides a part, and
 * what is written would lie under it. Who has zoomed in sees a part of the page for another reason.
 */
export function room(seen: { readonly height: number; readonly scale: number }, page: number): number | undefined {
  if (Math.abs(seen.scale - 1) > 0.01 || page - seen.height < KEYBOARD) return undefined;
  return Math.round(seen.height);
}

/** Keeps the page within what is seen of it. */
export function useRoom(): void {
  useEffect(() => {
    const { visualViewport: seen } = window;
    if (!seen) return;
    const { style } = document.documentElement;
    const adapt = () => {
      const height = room(seen, window.innerHeight);
      if (height === undefined) return style.removeProperty("--room");
      style.setProperty("--room", `${height}px`);
      // The browser moved it up to show where one writes; now it is there anyway.
      window.scrollTo(0, 0);
    };
    seen.addEventListener("resize", adapt);
    adapt();
    return () => {
      seen.removeEventListener("resize", adapt);
      style.removeProperty("--room");
    };
  }, []);
}
