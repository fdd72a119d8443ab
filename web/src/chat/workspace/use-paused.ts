import { useEffect, useState } from "react";

/** Between two keys of somebody who goes on writing there is less. */
const PAUSE = 250;

/** What somebody writes, once they pause: it is not asked for at each key. Nothing is nothing at once. */
export function usePaused(words: string): string {
  const [paused, setPaused] = useState(words);
  useEffect(() => {
    if (words === "") return setPaused("");
    const timer = setTimeout(() => setPaused(words), PAUSE);
    return () => clearTimeout(timer);
  }, [words]);
  return words === "" ? "" : paused;
}
