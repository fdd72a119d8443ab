/** A terminal's colours: the page's own for paper and ink, and sixteen that can be read on them. */
import type { ITheme } from "@xterm/xterm";

const LIGHT: ITheme = {
  black: "#1c1b1a",
  red: "#b91c1c",
  green: "#15703a",
  yellow: "#8a5a00",
  blue: "#1d4ed8",
  magenta: "#a21caf",
  cyan: "#0e7490",
  white: "#57534e",
  brightBlack: "#726d67",
  brightRed: "#dc2626",
  brightGreen: "#16803f",
  brightYellow: "#a16207",
  brightBlue: "#2563eb",
  brightMagenta: "#c026d3",
  brightCyan: "#0891b2",
  brightWhite: "#292524",
  selectionBackground: "#bfd4fb",
  selectionInactiveBackground: "#dcdad7",
};

const DARK: ITheme = {
  black: "#3a3a40",
  red: "#f87171",
  green: "#4ade80",
  yellow: "#fbbf4d",
  blue: "#7aa7ff",
  magenta: "#e08cf5",
  cyan: "#5bd0e6",
  white: "#d6d4d0",
  brightBlack: "#94918c",
  brightRed: "#fca5a5",
  brightGreen: "#86efac",
  brightYellow: "#fcd98a",
  brightBlue: "#a9c6ff",
  brightMagenta: "#eeb6fb",
  brightCyan: "#9be4f1",
  brightWhite: "#ffffff",
  selectionBackground: "#2f4470",
  selectionInactiveBackground: "#3a3a40",
};

/** `finding`: what is looked at is found text, and selected so that it can be copied. */
export function colours(dark: boolean, finding: boolean): ITheme {
  const page = getComputedStyle(document.documentElement);
  const token = (name: string) => page.getPropertyValue(name).trim();
  const [paper, ink] = [token("--surface"), token("--ink")];
  const theme = { ...(dark ? DARK : LIGHT), background: paper, foreground: ink, cursor: ink, cursorAccent: paper };
  return finding ? { ...theme, selectionInactiveBackground: found(dark).activeMatchBackground } : theme;
}

/** Found text, and the one of it that is looked at. */
export const found = (dark: boolean) => ({
  matchBackground: dark ? "#4a3a12" : "#fbe7a8",
  matchOverviewRuler: dark ? "#f59e0b" : "#b45309",
  activeMatchBackground: dark ? "#8a5a00" : "#f5b942",
  activeMatchColorOverviewRuler: dark ? "#f79863" : "#c2410c",
});
