import { clockTime, moment } from "@/ui/moment";

/** For how long a session is let run without asking. */
export const MINUTES = [5, 15, 30, 60] as const;

/** More than any Core lends. What its own configuration says may be less, and is said by the Core. */
const LONGEST = 24 * 60;

/** Seconds, from minutes as they are typed. Undefined: they are none. */
export function secondsOf(minutes: string): number | undefined {
  const text = minutes.trim().replace(",", ".");
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(text)) return undefined;
  const seconds = Math.round(Number(text) * 60);
  return seconds >= 1 && seconds <= LONGEST * 60 ? seconds : undefined;
}

/** When it ends, as a clock shows it: with its day where that is another one. */
export function clock(until: string, now: number): string | undefined {
  const end = new Date(until);
  if (Number.isNaN(end.getTime())) return undefined;
  const sameDay = end.toDateString() === new Date(now).toDateString();
  return sameDay ? clockTime(end) : moment(end);
}
