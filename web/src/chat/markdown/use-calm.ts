import { useEffect, useState } from "react";

/** From so many characters on, a paragraph costs too much to be parsed for each frame. */
const LONG = 3_000;
const EVERY = 200;

/** A long text while it grows: as it was a moment ago. */
export function useCalm(text: string, growing: boolean): string {
  const calm = growing && text.length > LONG;
  const [shown, setShown] = useState(text);
  const behind = calm && shown !== text;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once behind, it catches up with what is there then
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => setShown(text), EVERY);
    return () => clearTimeout(timer);
  }, [behind]);
  return calm ? shown : text;
}
