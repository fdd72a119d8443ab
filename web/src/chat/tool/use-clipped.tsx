import { type ReactNode, useState } from "react";

type Clipped = { readonly shown: number; readonly whole: boolean; readonly more: ReactNode };

/** The first of many lines, until all are asked for. `more`: what asks for them. `long`: a few are too much already. */
export function useClipped(count: number, first: number, long = false): Clipped {
  const [all, setAll] = useState(false);
  // A few more are shown at once: nobody wants to open a fold for three lines.
  const few = count <= first * 1.2;
  if (all || (few && !long)) return { shown: count, whole: true, more: null };
  return {
    shown: few ? count : first,
    whole: false,
    more: (
      <button
        type="button"
        className="block min-h-9 w-full border-t px-3 py-1 text-left text-accent-text text-xs hover:bg-sunken"
        onClick={() => setAll(true)}
      >
        {count === 1 ? "Show all of it" : `Show all ${count} lines`}
      </button>
    ),
  };
}
