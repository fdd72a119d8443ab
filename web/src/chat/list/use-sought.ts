import type { Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { placeOf } from "../conversation/place";
import type { Row } from "../conversation/rows";

/** So long it is marked, in milliseconds. */
const MARKED = 3_000;

type Sought = {
  /** The row that was looked for. */
  readonly key: string | undefined;
  /** It has just been found. */
  readonly marked: boolean;
  /** As the `ref` of that row: it is where the keyboard and the reader go on. Nothing moves for it. */
  readonly arrive: (element: HTMLElement | null) => void;
};

/**
 * Goes to what was looked for, as soon as it is there, and marks it for a while. `at`: its event; `read`: the newest event
 * that is in the rows.
 */
export function useSought(
  list: Pick<Virtualizer<HTMLDivElement, Element>, "scrollToIndex">,
  rows: readonly Row[],
  read: number,
  at: number | undefined,
): Sought {
  const [key, setKey] = useState<string>();
  const [marked, setMarked] = useState(false);
  /** It has yet to get the focus. */
  const due = useRef(false);
  const arrive = useCallback((element: HTMLElement | null) => {
    if (element === null || !due.current) return;
    due.current = false;
    element.focus({ preventScroll: true });
  }, []);
  const place = at === undefined || read < at ? undefined : placeOf(rows, at);
  const found = place !== undefined;
  // Once: from then on the reader goes where the reader wants, whatever else comes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is sought, and when it is there
  useLayoutEffect(() => {
    if (place === undefined) return;
    list.scrollToIndex(place, { align: "center" });
    setKey(rows[place]?.key);
    setMarked(true);
    due.current = true;
  }, [at, found]);
  useEffect(() => {
    if (!marked) return;
    const timer = setTimeout(() => {
      setMarked(false);
      // Whoever has read on meanwhile is not called back.
      due.current = false;
    }, MARKED);
    return () => clearTimeout(timer);
  }, [marked]);
  return { key, marked, arrive };
}
