import { useNow } from "./clock";
import { fromNow, lasting, moment } from "./moment";

const EVERY = 20_000;

/** A time as people say it, kept true while it is shown; exactly, on a closer look. */
export function Time({ at }: { at: string }) {
  const now = new Date(useNow(EVERY));
  const date = new Date(at);
  return (
    <time dateTime={at} title={moment(date)}>
      {fromNow(date, now)}
    </time>
  );
}

/** How long something is so already; since when exactly, on a closer look. */
export function Lasting({ since }: { since: string }) {
  const now = new Date(useNow(EVERY));
  const date = new Date(since);
  return (
    <time dateTime={since} title={`since ${moment(date)}`}>
      {lasting(date, now)}
    </time>
  );
}
