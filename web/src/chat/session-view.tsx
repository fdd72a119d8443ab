import { useState } from "react";
import type { Session } from "@/api/schema";
import { useSessionFeed } from "./follow/use-session-feed";
import { MessageList } from "./list/message-list";

/** A session that is there, as it stands. */
export function SessionView({ core, session }: { core: string; session: Session }) {
  const { conversation, standing } = useSessionFeed(core, session.id);
  const [there] = useState(() => seqOf(session.cursor));
  const [read, setRead] = useState(false);
  // A history is shown when it is there, not while it runs by; and from then on, whatever comes.
  if (!read && conversation.seq > 0 && (conversation.seq >= there || standing.state === "ended")) setRead(true);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {read ? (
        <MessageList core={core} session={session.id} conversation={conversation} />
      ) : (
        <p role="status" className="m-auto p-6 text-ink-faint text-sm">
          Reading the history: {conversation.seq} of {there}
        </p>
      )}
    </div>
  );
}

/** The number in an event's id. */
function seqOf(cursor: string): number {
  const seq = Number(cursor.split(":")[1]);
  return Number.isSafeInteger(seq) ? seq : 0;
}
