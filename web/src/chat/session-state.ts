/** How a session stands, at a glance: pure, so that every list says the same. */
import type { CoreView, Session } from "@/api/schema";
import { presence } from "@/cores/core-state";

export type SessionState = "offline" | "waiting" | "working" | "closed" | "idle";

export function sessionState(
  core: CoreView | undefined,
  session: Pick<Session, "activity" | "closed_at">,
): SessionState {
  if (core === undefined || presence(core) !== "online") return "offline";
  if (session.activity !== "idle") return session.activity;
  return session.closed_at ? "closed" : "idle";
}

/** In words. A turn that goes on is the only one that moves. */
export const STATES = {
  offline: { tone: "plain", text: "Offline" },
  waiting: { tone: "warn", text: "Waits for an approval" },
  working: { tone: "good", text: "Working" },
  closed: { tone: "plain", text: "Closed" },
  idle: { tone: "plain", text: "Idle" },
} as const;

/** The newest, and of the older ones those in which something goes on. */
export function shownFirst<S extends Pick<Session, "activity">>(sessions: readonly S[], newest: number): S[] {
  return sessions.filter(({ activity }, at) => at < newest || activity !== "idle");
}
