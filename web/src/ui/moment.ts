/** Times in words: English like the sentences around them, the clock of 24 hours. */

const whole = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const STEPS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

const isTime = (at: Date): boolean => !Number.isNaN(at.getTime());

/** "26 Nov 2026, 10:05". */
export const moment = (at: Date): string => (isTime(at) ? whole.format(at) : "an unknown time");

/** "10:05". */
export const clockTime = (at: Date): string => (isTime(at) ? clock.format(at) : "an unknown time");

/** "3 minutes ago", "in 2 hours", "now". */
export function fromNow(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(0, "second");
}

/** "1 hour", "12 days". */
export function lasting(since: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - since.getTime()) / 1000);
  for (const [unit, length] of STEPS) {
    const number = Math.trunc(seconds / length);
    if (number >= 1) return `${number} ${unit}${number === 1 ? "" : "s"}`;
  }
  return "less than a minute";
}
