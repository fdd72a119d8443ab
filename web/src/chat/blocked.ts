/** Why somebody cannot say something to a session now: pure, so that every place says the same. */
import type { CoreView, Me, Session } from "@/api/schema";
import { isOthersPlan, presence } from "@/cores/core-state";

/** Undefined: nothing of the Core stands in the way. */
export function coreBlocks(core: CoreView | undefined, me: Me): string | undefined {
  if (core === undefined) return "This Core is not there for you.";
  switch (presence(core)) {
    case "revoked":
      return "The Core was revoked. What was said can be read as long as its host keeps it.";
    case "offline":
      return "The Core is offline. It goes on by itself when it is back; what you type is kept.";
    case "online":
  }
  if (isOthersPlan(core, me)) {
    return "This Core uses the plan of somebody else, who alone works with it. You can read along.";
  }
  return undefined;
}

type Facts = Pick<Session, "closed_at" | "visibility" | "created_by"> & { readonly archived: boolean };

/** The same of a new message in a session. */
export function messageBlocks(core: CoreView | undefined, session: Facts, me: Me): string | undefined {
  if (session.closed_at) return "This session is closed. Fork it to go on from here.";
  if (session.archived) return "This session is in the archive. Take it out to go on.";
  if (session.visibility === "private" && session.created_by.user !== me.user) {
    return "This session is private: its owner alone writes in it.";
  }
  const core_ = coreBlocks(core, me);
  if (core_ !== undefined || core === undefined) return core_;
  switch (core.claude.state) {
    case "signed_out":
      return "The Core is not signed in to Claude. Sign it in under Settings → Cores; what you type is kept.";
    case "expired":
      return "The Core's sign-in has lapsed. Sign it in again under Settings → Cores; what you type is kept.";
    case "signed_in":
      return undefined;
  }
}
