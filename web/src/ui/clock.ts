import { useEffect, useState } from "react";
import { present } from "@/api/clock";

/** The present, in milliseconds by the gateway's clock, as often as something changes with it; it stands still while nothing does. */
export function useNow(every: number, active = true): number {
  const [now, setNow] = useState(present);
  useEffect(() => {
    if (!active) return;
    setNow(present());
    const timer = setInterval(() => setNow(present()), every);
    return () => clearInterval(timer);
  }, [every, active]);
  return now;
}

/** "9:05". */
export function minutesLeft(until: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A time of the server's by the clock of `now`, which may differ: `answered` is the server's time of its answer. */
export function byThisClock(at: string, answered: string | null, now: number): number {
  const then = answered === null ? Number.NaN : Date.parse(answered);
  return now + (Date.parse(at) - (Number.isNaN(then) ? now : then));
}
