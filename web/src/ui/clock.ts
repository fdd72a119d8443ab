import { useEffect, useState } from "react";
import { present } from "@/api/clock";

/** The present, in milliseconds by the gateway's clock, as often as something changes with it; it stands still while nothing does. */
export function useNow(every: number, active = true): number {
  const [now, setNow] = useState(present);
  const [was, setWas] = useState(active);
  // What begins to change begins with the present, and not with when it last did.
  if (was !== active) {
    setWas(active);
    if (active) setNow(present());
  }
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

/**
 * A time of the server's by the clock of `now`, which may differ: `answered` is the server's time of its answer. Where that
 * leaves the fractions of its second out, what is left is less by as much, and never more than was given.
 */
export function byThisClock(at: string, answered: string | null, now: number): number {
  const then = answered === null ? Number.NaN : Date.parse(answered);
  if (Number.isNaN(then)) return Date.parse(at);
  const left = Date.parse(at) - then;
  return now + (then % 1000 === 0 ? Math.floor(left / 1000) * 1000 : left);
}
