/** The right sidebar: whether it is open, kept over reloads. */
import { useSyncExternalStore } from "react";
import { dropWish, wishToType } from "@/terminal/wish";

const KEY = "condrix.panel";
const listeners = new Set<() => void>();
const isOpen = () => localStorage.getItem(KEY) === "open";

/** Whoever opens it wants to type there. On a page that was loaded with it open nobody does. */
export function setPanel(open: boolean): void {
  if (open) wishToType();
  else dropWish();
  localStorage.setItem(KEY, open ? "open" : "closed");
  for (const tell of listeners) tell();
}

export const togglePanel = (): void => setPanel(!isOpen());

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export const usePanel = (): boolean => useSyncExternalStore(subscribe, isOpen);
