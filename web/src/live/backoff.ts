const FIRST = 250;
const LONGEST = 10_000;

/** How long to wait before the next try, in milliseconds: full jitter, so that many clients do not come back in step. */
export function backoff(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 16));
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
