/** What a Core's state means for a reader: pure, so that every page says the same. */
import type { ClaudeState, CoreView, Me } from "@/api/schema";

export type Presence = "online" | "offline" | "revoked";

export function presence(core: CoreView): Presence {
  if (core.revoked_at) return "revoked";
  return core.link.status;
}

/** A plan belongs to a person: on a Core that is signed in with one, only its owner works. */
export function isOthersPlan(core: CoreView, me: Me): boolean {
  const { method, state, owner } = core.claude;
  return method === "oauth" && state !== "signed_out" && owner !== me.user;
}

/** Signed in, and the CLI has said whose that is: until it has, everybody waits. */
export function isSignedIn({ state, method, checked_at }: ClaudeState): boolean {
  return state === "signed_in" && (method !== "oauth" || checked_at != null);
}

/** Whether sessions of this Core can work for this person, now. */
export function mayWork(core: CoreView, me: Me): boolean {
  return presence(core) === "online" && core.claude.state === "signed_in" && !isOthersPlan(core, me);
}

/** What a person should know at first sight. */
export function attention(core: CoreView): { readonly tone: "good" | "warn" | "bad" | "plain"; readonly text: string } {
  switch (presence(core)) {
    case "revoked":
      return { tone: "bad", text: "Revoked" };
    case "offline":
      return { tone: "plain", text: "Offline" };
    case "online":
  }
  if (core.waiting_approvals > 0) {
    return {
      tone: "warn",
      text: core.waiting_approvals === 1 ? "1 approval waits" : `${core.waiting_approvals} approvals wait`,
    };
  }
  switch (core.claude.state) {
    case "signed_out":
      return { tone: "warn", text: "Not signed in" };
    case "expired":
      return { tone: "bad", text: "Sign-in has lapsed" };
    case "signed_in":
      return core.working_sessions > 0
        ? { tone: "good", text: core.working_sessions === 1 ? "Working" : `${core.working_sessions} sessions work` }
        : { tone: "good", text: "Ready" };
  }
}
