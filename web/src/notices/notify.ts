/** Telling somebody who looks elsewhere, where the person has asked for it and the browser allows it. */
import { useSyncExternalStore } from "react";
import { mine } from "@/account/mine";
import { joinTabs, type Tabs } from "./tabs";

const KEY = "condrix.notify";
const listeners = new Set<() => void>();
/** A browser may have them and let no page make one, as on a phone: that shows when one is made. */
let refused = false;
let tabs: Tabs | undefined;

export type Wish =
  | "off"
  | "on"
  /** Asked for, and the browser does not let us. */
  | "blocked"
  | "unavailable";

export function wish(): Wish {
  if (refused || typeof Notification === "undefined") return "unavailable";
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

/** This tab is one of the person's, until what is given back is called. */
export function takePart(): () => void {
  const joined = joinTabs(navigator.locks, mine("notices"), crypto.getRandomValues(new Uint32Array(2)).join("-"));
  const look = () => joined.looksHere(document.hasFocus());
  look();
  tabs = joined;
  window.addEventListener("focus", look);
  window.addEventListener("blur", look);
  return () => {
    window.removeEventListener("focus", look);
    window.removeEventListener("blur", look);
    joined.leave();
    if (tabs === joined) tabs = undefined;
  };
}

/** `tag`: a later notice about the same thing takes the place of an earlier one. */
export async function notify(title: string, body: string, tag: string, onClick: () => void): Promise<void> {
  // A window that is seen beside another one is not looked at.
  if (wish() !== "on" || document.hasFocus()) return;
  if (tabs !== undefined && !(await tabs.mayTell())) return;
  try {
    const shown = new Notification(title, { body, tag, icon: "/favicon.svg" });
    shown.onclick = () => {
      window.focus();
      shown.close();
      onClick();
    };
  } catch {
    refused = true;
    tell();
  }
}
