import type { Session } from "@/api/schema";
import type { About } from "./conversation/model";

/** A session as it was asked for, with what its events have said since. */
export function present(session: Session, about: About): Session {
  const { title, model, mode, visibility, archived, bypass } = about;
  return {
    ...session,
    ...(title === undefined ? {} : { title }),
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { permission_mode: mode }),
    ...(visibility === undefined ? {} : { visibility }),
    // Since when, its events do not say: that it is, is what is shown.
    ...(archived === undefined ? {} : { archived_at: archived ? (session.archived_at ?? session.created_at) : null }),
    ...("bypass" in about ? { bypass: bypass ?? null } : {}),
  };
}
