import { useEffect, useState, useSyncExternalStore } from "react";
import { Feed, type Followed } from "./feed";

/** Sessions that were looked at last are kept, so that going back and forth reads nothing twice. */
const MOST = 6;
const feeds = new Map<string, Feed>();

function feedOf(url: string): Feed {
  const feed = feeds.get(url) ?? new Feed(url);
  feeds.delete(url);
  feeds.set(url, feed);
  for (const oldest of feeds.keys()) {
    if (feeds.size <= MOST) break;
    feeds.delete(oldest);
  }
  return feed;
}

/**
 * Follows a session for as long as it is shown. What ended begins anew when `rights` is another: whatever decides whether
 * the session can be followed.
 */
export function useSessionFeed(core: string, session: string, rights: string): Followed & { again: () => void } {
  const url = `/api/v1/cores/${core}/sessions/${session}/events`;
  const feed = feeds.get(url) ?? feedOf(url);
  const followed = useSyncExternalStore(feed.subscribe, feed.current);
  const [tries, setTries] = useState(0);
  const [before, setBefore] = useState(rights);
  if (before !== rights) {
    setBefore(rights);
    if (followed.standing.state === "ended") setTries(tries + 1);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try is a new one
  useEffect(() => {
    const shown = new AbortController();
    feedOf(url);
    // It ends when it is told to, and says by its standing why it ended otherwise.
    void feed.start(shown.signal);
    return () => shown.abort();
  }, [feed, url, tries]);
  return { ...followed, again: () => setTries(tries + 1) };
}
