import { useEffect, useMemo, useState } from "react";
import type { Session } from "@/api/schema";
import { isOthersPlan, presence } from "@/cores/core-state";
import { usePageTitle } from "@/notices/title";
import { useMe } from "@/shell/use-me";
import { Failure } from "@/ui/notice";
import { messageBlocks } from "./blocked";
import { BypassLine } from "./bypass/bypass-line";
import { Composer } from "./composer/composer";
import { Drafts } from "./composer/drafts";
import { Sending } from "./composer/sending";
import { outboxOf } from "./composer/session-outbox";
import { usePictures } from "./composer/use-pictures";
import { endOf, isWhole } from "./follow/history";
import { useSessionFeed } from "./follow/use-session-feed";
import { SessionHeader } from "./header/session-header";
import { MessageList } from "./list/message-list";
import { News } from "./news";
import { present } from "./present";
import { rightsTo } from "./rights";
import { sessionTitle } from "./session-title";
import { StandingLine } from "./standing-line";
import { useCore } from "./use-blocked";
import { useInterrupt } from "./use-interrupt";

type Props = {
  core: string;
  session: Session;
  /** The event that is to be seen first. Undefined: the newest. */
  at: number | undefined;
};

/** A session that is there, as it stands. */
export function SessionView({ core, session: before, at }: Props) {
  const me = useMe();
  const view = useCore(core);
  const { conversation, standing, again } = useSessionFeed(core, before.id, rightsTo(before, view));
  const session = present(before, conversation.about);
  usePageTitle(sessionTitle(session));
  const [end, setEnd] = useState(() => endOf(before.cursor));
  const now = endOf(before.cursor);
  if (now.epoch !== end.epoch) setEnd(now);
  const [whole, setWhole] = useState(false);
  // A history is shown when it is there, not while it runs by; and from then on, whatever comes.
  if (!whole && isWhole(conversation.seq, end)) setWhole(true);
  // What ended brings no more: then that is all there is to show.
  const read = whole || standing.state === "ended";
  const working = conversation.working !== undefined;
  const interrupt = useInterrupt(core, session.id, working);
  const pictures = usePictures(core, session.id);
  const turns = useMemo(
    () => new Set(conversation.entries.flatMap((entry) => (entry.type === "turn" ? [entry.id] : []))),
    [conversation.entries],
  );
  const archived = Boolean(session.archived_at);
  const blocked = messageBlocks(view, { ...session, archived }, me);
  useEffect(() => outboxOf(core, session.id).seen(turns), [core, session.id, turns]);
  useEffect(() => {
    const own = conversation.entries.flatMap((entry) =>
      entry.type === "turn" && entry.by?.user === me.user ? [entry] : [],
    );
    Drafts.of(core, session.id).arrived(own);
  }, [core, session.id, conversation.entries, me.user]);
  return (
    <section
      aria-label="Session"
      className="flex min-h-0 flex-1 flex-col"
      onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()}
      onDrop={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        void pictures.add([...event.dataTransfer.files]);
      }}
    >
      <SessionHeader core={core} view={view} session={session} />
      {session.bypass && (
        <BypassLine
          core={core}
          session={session.id}
          bypass={session.bypass}
          able={view !== undefined && !isOthersPlan(view, me)}
        />
      )}
      {read ? (
        <>
          <News conversation={conversation} whole={isWhole(conversation.seq, end)} />
          <MessageList core={core} session={session.id} conversation={conversation} at={at} />
        </>
      ) : (
        <p role="status" className="m-auto p-6 text-ink-faint text-sm">
          Reading the history: {conversation.seq} of {end.seq}
        </p>
      )}
      <div className="mx-auto grid w-full max-w-3xl gap-2 px-2 pb-2 sm:px-6 sm:pb-4">
        <StandingLine core={view} standing={standing} onAgain={again} />
        <Failure error={interrupt.error} />
        <div>
          <Sending core={core} session={session.id} turns={turns} />
          <Composer
            core={core}
            session={session.id}
            pictures={pictures}
            blocked={blocked}
            said={view !== undefined && presence(view) !== "online"}
            working={working}
            interrupting={interrupt.isPending}
            onInterrupt={() => interrupt.mutate()}
          />
        </div>
      </div>
    </section>
  );
}
