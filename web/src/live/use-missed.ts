import { useEffect, useState } from "react";

/** A connection that is back sooner than this was not missed by anybody. */
const MISSED = 1_500;

/** Whether something has been away for so long that it is said. */
export function useMissed(away: boolean): boolean {
  const [missed, setMissed] = useState(false);
  useEffect(() => {
    if (!away) return setMissed(false);
    const timer = setTimeout(() => setMissed(true), MISSED);
    return () => clearTimeout(timer);
  }, [away]);
  return away && missed;
}
