import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useState } from "react";
import { placeOf } from "../conversation/place";
import type { Row } from "../conversation/rows";

/** So long it is marked, in milliseconds. */
const MARKED = 3_000;

type Sought = {
  /** The row that was looked for. */
  readonly key: string | undefined;
  /** It has just been found. */
  readonly marked: boolean;
};

/**
 * Goes to what was looked for, as soon as it is there, and marks it for a while. `at`: its event; `read`: the newest event
 * that is in the rows.
 */
export function useSought(
  list: Virtualizer<HTMLDivElement, Element>,
  rows: readonly Row[],
  read: number,
  at: number | undefined,
): Sought {
  const [key, setKey] = useState<string>();
  const [marked, setMarked] = useState(false);
  const place = at === undefined || read < at ? undefined : placeOf(rows, at);
  const found = place !== undefined;
  // Once: from then on the reader goes where the reader wants, whatever else comes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is sought, and when it is there
  useLayoutEffect(() => {
    if (place === undefined) return;
    list.scrollToIndex(place, { align: "center" });
    setKey(rows[place]?.key);
    setMarked(true);
  }, [at, found]);
  useEffect(() => {
    if (!marked) return;
    const timer = setTimeout(() => setMarked(false), MARKED);
    return () => clearTimeout(timer);
  }, [marked]);
  return { key, marked };
}
