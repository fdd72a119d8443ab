import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CoreView } from "@/api/schema";
import { sessionsQuery } from "@/chat/queries";
import { SessionStanding } from "@/chat/session-dot";
import { sessionTitle } from "@/chat/session-title";
import { Time } from "@/ui/time";

/** The newest sessions of all Cores together. */
const RECENT = 6;

export function Recent({ cores }: { cores: CoreView[] }) {
  const lists = useQueries({ queries: cores.map(({ id }) => sessionsQuery(id)) });
  const sessions = cores
    .flatMap((core, at) => (lists[at]?.data ?? []).map((session) => ({ core, session })))
    .sort((a, b) => b.session.updated_at.localeCompare(a.session.updated_at))
    .slice(0, RECENT);
  if (sessions.length === 0) return null;
  return (
    <section aria-labelledby="recent" className="mb-8">
      <h2 id="recent" className="mb-3 font-semibold">
        Recent sessions
      </h2>
      <ul className="divide-y overflow-hidden rounded-xl border bg-surface">
        {sessions.map(({ core, session }) => (
          <li key={session.id}>
            <Link
              to="/cores/$core/sessions/$session"
              params={{ core: core.id, session: session.id }}
              className="flex items-baseline gap-3 px-4 py-2.5 hover:bg-sunken"
            >
              <span className="min-w-0 flex-[1_1_50%] truncate" title={sessionTitle(session)}>
                {sessionTitle(session)}
              </span>
              <span className="hidden min-w-0 max-w-56 shrink-[2] truncate text-ink-faint text-sm sm:inline">
                {session.workspace} on {core.name}
              </span>
              {session.activity === "idle" ? (
                <span className="shrink-0 text-ink-faint text-sm">
                  <Time at={session.updated_at} />
                </span>
              ) : (
                <SessionStanding core={core} session={session} />
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
