import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

type Drawer = {
  readonly open: boolean;
  readonly toggle: () => void;
  readonly close: () => void;
  /** As the `ref` of what is in it. */
  readonly box: RefObject<HTMLDivElement | null>;
  /** As the `ref` of what opens it. */
  readonly button: RefObject<HTMLButtonElement | null>;
};

/** From here on there is room for what is in it beside the page. */
const WIDE = "(min-width: 48rem)";

/** What a phone shows over the page: the focus goes into it and comes back, and Escape is for it alone. */
export function useDrawer(): Drawer {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => setOpen(false), []);
  useEffect(() => {
    if (!open) return;
    const inside = box.current;
    inside?.querySelector<HTMLElement>("a, button")?.focus();
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing) return;
      // What is open over it has it first.
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      event.preventDefault();
      close();
    };
    const wide = matchMedia(WIDE);
    // Before whatever else Escape is for.
    window.addEventListener("keydown", press, true);
    wide.addEventListener("change", close);
    return () => {
      window.removeEventListener("keydown", press, true);
      wide.removeEventListener("change", close);
      const { activeElement } = document;
      // A page that was gone to may have the focus by now.
      if (activeElement === document.body || inside?.contains(activeElement)) button.current?.focus();
    };
  }, [open, close]);
  return { open, toggle: () => setOpen(!open), close, box, button };
}
