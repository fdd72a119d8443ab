import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import type { PageCoreView } from "@/api/schema";
import { follow, type Standing } from "@/live/stream";
import { coresQuery } from "./queries";

let standing: Standing = { state: "connecting" };
const listeners = new Set<() => void>();

function stand(next: Standing): void {
  standing = next;
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** How the stream of the Cores stands: with it, whether the gateway can be reached. */
export const useCoresStanding = (): Standing => useSyncExternalStore(subscribe, () => standing);

/** Keeps the list of Cores as the gateway tells it: what somebody else does is seen at once. */
export function useFollowedCores(): void {
  const client = useQueryClient();
  useEffect(() => {
    const given = new AbortController();
    void follow({
      url: "/api/v1/events",
      signal: given.signal,
      onStanding: stand,
      onEvent: ({ event, data }) => {
        if (event !== "cores") return;
        // It comes from the gateway itself, in the words of its own document.
        const page: PageCoreView = JSON.parse(data);
        if (page.next) void client.invalidateQueries({ queryKey: coresQuery.queryKey, exact: true });
        else client.setQueryData(coresQuery.queryKey, page.items);
      },
    });
    return () => given.abort();
  }, [client]);
}
