import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import type { Session } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { workspaceSessionsQuery } from "../queries";
import { SessionStanding } from "../session-dot";
import { sessionTitle } from "../session-title";
import { useCore } from "../use-blocked";

type Props = { core: string; workspace: string; archived: boolean };

export function SessionList({ core, workspace, archived }: Props) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    workspaceSessionsQuery(core, workspace, archived),
  );
  const sessions = data?.pages.flatMap((page) => page.sessions) ?? [];
  return (
    <>
      <Failure error={error} />
      {isPending && (
        <p role="status" className="py-2 text-ink-faint text-sm">
          Asking for the sessions…
        </p>
      )}
      {data && sessions.length === 0 && (
        <p className="py-2 text-ink-faint text-sm">
          {archived ? "Nothing is in the archive." : "There is no session yet. Begin one above."}
        </p>
      )}
      <ul className="grid grid-cols-1 gap-1">
        {sessions.map((session) => (
          <SessionItem key={session.id} core={core} session={session} />
        ))}
      </ul>
      {hasNextPage && (
        <Button className="mt-3" busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
          Older sessions
        </Button>
      )}
    </>
  );
}

function SessionItem({ core, session }: { core: string; session: Session }) {
  const me = useMe();
  const view = useCore(core);
  const { created_by: owner } = session;
  return (
    <li>
      <Link
        to="/cores/$core/sessions/$session"
        params={{ core, session: session.id }}
        className="-mx-2 flex min-h-11 items-center gap-3 rounded-lg px-2 py-1.5 hover:bg-sunken"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium text-sm">{sessionTitle(session)}</span>
          <span className="block truncate text-ink-faint text-xs">
            {owner.user === me.user ? "" : `${oneLine(owner.name, 64)}, `}
            <Time at={session.created_at} />
          </span>
        </span>
        <SessionStanding core={view} session={session} />
        {session.visibility === "private" && <Lock className="size-4 shrink-0 text-ink-faint" aria-label="Private" />}
        {session.closed_at && <Badge>Closed</Badge>}
      </Link>
    </li>
  );
}
