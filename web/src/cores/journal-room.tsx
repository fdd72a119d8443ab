import { useQuery } from "@tanstack/react-query";
import type { CoreView } from "@/api/schema";
import { bytes } from "@/ui/bytes";
import { Notice } from "@/ui/notice";
import { journalQuery } from "./queries";

/** How much room a Core's history has. Where there is none, it takes no message: that is said loudly. */
export function JournalRoom({ core }: { core: CoreView }) {
  const { data: journal } = useQuery(journalQuery(core.id));
  if (journal === undefined) return null;
  const { used_bytes: used, max_bytes: most, free_bytes: free, pruned_sessions: pruned } = journal;
  return (
    <section aria-labelledby="journal" className="grid grid-cols-1 gap-2">
      <h2 id="journal" className="font-semibold text-lg">
        History
      </h2>
      {!journal.has_room && (
        <Notice kind="bad">
          There is no room for more: new messages and sessions are refused. Remove sessions, or make room on the host’s
          disk. It goes on by itself then.
        </Notice>
      )}
      <p className="text-ink-soft text-sm">
        {bytes(used)} of {bytes(most)} used; the disk has {bytes(free)} left.
        {pruned > 0 && ` ${pruned === 1 ? "One old session was" : `${pruned} old sessions were`} removed to make room.`}
      </p>
    </section>
  );
}
