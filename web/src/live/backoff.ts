import { isProblem } from "@/api/problem";

const FIRST = 250;
const LONGEST = 10_000;
/** Whoever asks for more than this has made a mistake. */
const MOST = 3_600_000;

/** How long to wait before the next try, in milliseconds: full jitter, so that many clients do not come back in step. */
export function backoff(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 16));
}

/** As long, and no shorter than whoever refused has asked for. */
export function backoffAfter(error: unknown, failures: number): number {
  const asked = isProblem(error) ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.max(backoff(failures), Math.min(asked, MOST));
}

/** Waits, and no longer than until the network is back or somebody looks at the page again. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", looked);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const looked = () => {
      if (document.visibilityState === "visible") done();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", looked);
    signal.addEventListener("abort", done);
  });
}
