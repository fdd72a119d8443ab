import { type ReactNode, useState } from "react";

/** The first of many, until all are asked for. `more`: what asks for them. */
export function useClipped(count: number, first: number): { shown: number; more: ReactNode } {
  const [all, setAll] = useState(false);
  // A few more are shown at once: nobody wants to open a fold for three lines.
  if (all || count <= first * 1.2) return { shown: count, more: null };
  return {
    shown: first,
    more: (
      <button
        type="button"
        className="block min-h-9 w-full border-t px-3 py-1 text-left text-accent-text text-xs hover:bg-sunken"
        onClick={() => setAll(true)}
      >
        Show all {count} lines
      </button>
    ),
  };
}
