import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { onLoggedOut } from "@/api/client";
import type { Me } from "@/api/schema";
import { Dialog } from "@/ui/dialog";
import { LoginForm } from "./login-form";

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
  const resume = () => {
    set(false);
    // Streams that wait go on at once.
    window.dispatchEvent(new Event("online"));
    return client.invalidateQueries();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={() => {}}
      title="Your login has ended"
      description="Log in again to go on. Nothing that you have typed is lost."
    >
      <LoginForm name={me.name} onDone={resume} />
    </Dialog>
  );
}
