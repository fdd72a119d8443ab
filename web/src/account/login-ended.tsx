import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { onLoggedOut } from "@/api/client";
import type { Me } from "@/api/schema";
import { beside } from "@/shell/beside";

/** It is there before it is needed: when a login ends the gateway may have another version. */
const load = async () => (await import("./login-again")).LoginAgain;
const LoginAgain = beside(load);
const SOON = 3_000;

let ended = false;
const listeners = new Set<() => void>();

function set(value: boolean) {
  ended = value;
  for (const tell of listeners) tell();
}

// Only under somebody who was logged in: on the way to the login page nothing has ended.
onLoggedOut(() => {
  if (listeners.size > 0) set(true);
});

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Over what is on the page, which stays: whoever logs in again goes on where they were. */
export function LoginEnded({ me }: { me: Me }) {
  const client = useQueryClient();
  const open = useSyncExternalStore(subscribe, () => ended);
  const resume = useCallback(() => {
    set(false);
    // What waits goes on at once: streams, and messages on their way.
    window.dispatchEvent(new Event("online"));
    void client.invalidateQueries();
  }, [client]);
  useEffect(() => {
    // Where it cannot be had now, it is asked for when it is needed.
    const timer = setTimeout(() => load().catch(() => {}), SOON);
    return () => clearTimeout(timer);
  }, []);
  if (!open) return null;
  return <LoginAgain me={me} onDone={resume} />;
}
