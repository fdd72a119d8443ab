/** Telling somebody who looks elsewhere, where the person has asked for it and the browser allows it. */
import { useSyncExternalStore } from "react";

const KEY = "condrix.notify";
const listeners = new Set<() => void>();

export type Wish =
  | "off"
  | "on"
  /** Asked for, and the browser does not let us. */
  | "blocked"
  | "unavailable";

function wish(): Wish {
  if (typeof Notification === "undefined") return "unavailable";
  if (localStorage.getItem(KEY) !== "on") return "off";
  return Notification.permission === "granted" ? "on" : "blocked";
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useWish = (): Wish => useSyncExternalStore(subscribe, wish);

export async function setNotify(on: boolean): Promise<void> {
  localStorage.setItem(KEY, on ? "on" : "off");
  if (on && typeof Notification !== "undefined" && Notification.permission === "default") {
    await Notification.requestPermission();
  }
  tell();
}

/** `tag`: a later notice about the same thing takes the place of an earlier one. */
export function notify(title: string, body: string, tag: string, onClick: () => void): void {
  if (wish() !== "on" || document.visibilityState === "visible") return;
  const shown = new Notification(title, { body, tag, icon: "/favicon.svg" });
  shown.onclick = () => {
    window.focus();
    shown.close();
    onClick();
  };
}
