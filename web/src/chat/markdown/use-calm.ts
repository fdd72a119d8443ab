import { useEffect, useReducer, useRef } from "react";

/** From so many characters on, a paragraph costs too much to be parsed for each frame. */
const LONG = 3_000;
const EVERY = 200;

/** A long text while it grows: as it was a moment ago. */
export function useCalm(text: string, growing: boolean): string {
  const shown = useRef({ text, at: 0 });
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const now = performance.now();
  if (!growing || text.length <= LONG || now - shown.current.at >= EVERY) shown.current = { text, at: now };
  const behind = shown.current.text !== text;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever came last is shown in the end, also when nothing follows
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(draw, EVERY);
    return () => clearTimeout(timer);
  }, [text, behind]);
  return shown.current.text;
}
