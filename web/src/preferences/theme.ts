import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

const KEY = "condrix.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export function isDark(): boolean {
  const theme = stored();
  return theme === "system" ? system.matches : theme === "dark";
}

function apply(): void {
  document.documentElement.classList.toggle("dark", isDark());
  for (const tell of listeners) tell();
}

export function setTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply();
}

/** Before anything is drawn, and whenever system or another tab changes it. */
export function followTheme(): void {
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  apply();
}

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, stored);
export const useDark = (): boolean => useSyncExternalStore(subscribe, isDark);
