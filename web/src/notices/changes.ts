/** What has become of a Core's sessions between two looks, as far as a person who looks elsewhere wants to be told. */
import type { Session } from "@/api/schema";

export type News = { readonly kind: "turn-ended" | "waits"; readonly session: Session };

type Seen = ReadonlyMap<string, Session["activity"]>;

export const seen = (sessions: readonly Session[]): Seen => new Map(sessions.map(({ id, activity }) => [id, activity]));

/**
 * A session that was not there before is no news: somebody has just begun it, or this is the first look. What waits may be
 * answered by everybody who sees it; that a turn has ended is news for whose session it is.
 */
export function news(before: Seen, sessions: readonly Session[], user: string): News[] {
  return sessions.flatMap((session): News[] => {
    const was = before.get(session.id);
    if (was === undefined || was === session.activity) return [];
    if (session.activity === "waiting") return [{ kind: "waits", session }];
    return session.activity === "idle" && session.created_by.user === user ? [{ kind: "turn-ended", session }] : [];
  });
}
