import { useEffect, useState } from "react";

/** A number once it has stood for so long; none is said at once. */
export function useSettled(number: number, after: number): number {
  const [settled, settle] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => settle(number), after);
    return () => clearTimeout(timer);
  }, [number, after]);
  return number === 0 ? 0 : settled;
}
