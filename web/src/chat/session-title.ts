import type { Session } from "@/api/schema";

/** What a session is called where nobody has named it. */
export function sessionTitle(session: Pick<Session, "title" | "created_at">): string {
  return (
    session.title ??
    `Session of ${new Date(session.created_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}`
  );
}
