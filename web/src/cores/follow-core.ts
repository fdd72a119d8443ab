import type { QueryClient } from "@tanstack/react-query";
import { pause } from "@/live/backoff";
import { follow } from "@/live/stream";
import { keep } from "./core-cache";
import { readNews } from "./core-news";

/** So long after it was said that a Core tells this person nothing, it is tried again. */
const REFUSED = 60_000;

/** Keeps a Core's sessions and workspaces as it tells them, until the signal is given. How it stands, the list of the Cores says. */
export async function followCore(client: QueryClient, core: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await follow({
      url: `/api/v1/cores/${core}/events`,
      signal,
      onStanding: () => {},
      onEvent: ({ event, data }) => {
        const news = readNews(event, data);
        if (news !== undefined) keep(client, core, news);
      },
    });
    if (!signal.aborted) await pause(REFUSED, signal);
  }
}

/** What a Core is asked again for that is not followed. */
export async function askCore(client: QueryClient, core: string, every: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(every, signal);
    if (signal.aborted) return;
    await client.invalidateQueries({ queryKey: ["cores", core], predicate: isTold });
  }
}

/** Told by the Core's own stream where that is followed. */
const isTold = ({ queryKey: [, , what, , which] }: { queryKey: readonly unknown[] }): boolean =>
  what === "sessions" ||
  what === "workspaces" ||
  (what === "session" && (which === undefined || which === "approvals"));
