import { useEffect } from "react";

/** When the page has long been drawn. */
const AFTERWARDS = 5_000;

/** Fetches a part before anybody wants it, so that it is there at once. Where it cannot be had now, whoever opens it is told. */
export function useAhead(load: () => Promise<unknown>): void {
  useEffect(() => {
    const ahead = setTimeout(() => load().catch(() => {}), AFTERWARDS);
    return () => clearTimeout(ahead);
  }, [load]);
}
