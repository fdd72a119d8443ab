import type { Session } from "@/api/schema";
import { moment } from "@/ui/moment";
import { oneLine } from "@/ui/one-line";

/** What a session is called where nobody has named it. */
export function sessionTitle(session: Pick<Session, "title" | "created_at">): string {
  return oneLine(session.title ?? "") || `Session of ${moment(new Date(session.created_at))}`;
}
