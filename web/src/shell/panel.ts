/** The right sidebar: whether it is open, kept over reloads. */
import { useSyncExternalStore } from "react";

const KEY = "condrix.panel";
const listeners = new Set<() => void>();
const isOpen = () => localStorage.getItem(KEY) === "open";

export function setPanel(open: boolean): void {
  localStorage.setItem(KEY, open ? "open" : "closed");
  for (const tell of listeners) tell();
}

export const togglePanel = (): void => setPanel(!isOpen());

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export const usePanel = (): boolean => useSyncExternalStore(subscribe, isOpen);
