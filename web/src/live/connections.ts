/** How many streams this page may keep open at a time. */

/**
 * Over HTTP/2 the gateway lets in 250 requests at a time, which all tabs of a browser share: seven tabs that follow so
 * many Cores leave room for what they ask besides. Over HTTP/1.1 a browser has six connections, and a page that waits in
 * line for one does nothing at all.
 */
const MULTIPLEXED = 30;
const ONE_BY_ONE = 1;

type Timing = { readonly name: string; readonly nextHopProtocol?: string };

/** By how the gateway was spoken to until now. */
export function streamsAtOnce(timings: readonly Timing[]): number {
  const spoken = timings.findLast(({ nextHopProtocol }) => nextHopProtocol)?.nextHopProtocol;
  return spoken?.startsWith("http/1") ? ONE_BY_ONE : MULTIPLEXED;
}

export const streamsHere = (): number =>
  streamsAtOnce(
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(
      (entry) => entry instanceof PerformanceResourceTiming,
    ),
  );
