import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CoreView, Session } from "@/api/schema";
import { ApprovalCard } from "@/chat/approval/approval-card";
import { sessionTitle } from "@/chat/session-title";
import { Failure } from "@/ui/notice";
import { pendingQuery } from "./queries";
import type { OnCore } from "./waiting";

export function WaitingOnCore({ core, sessions, error }: OnCore) {
  return (
    <>
      <Failure error={error} className="mb-4" />
      {sessions?.map((session) => (
        <WaitingInSession key={session.id} core={core} session={session} />
      ))}
    </>
  );
}

function WaitingInSession({ core, session }: { core: CoreView; session: Session }) {
  const { data: approvals, error } = useQuery(pendingQuery(core.id, session.id));
  return (
    <section className="mb-6" aria-label={sessionTitle(session)}>
      <h2 className="text-sm">
        <Link
          to="/cores/$core/sessions/$session"
          params={{ core: core.id, session: session.id }}
          className="font-medium hover:underline"
        >
          {sessionTitle(session)}
        </Link>{" "}
        <span className="text-ink-faint">
          {session.workspace} on {core.name}
        </span>
      </h2>
      <Failure error={error} />
      {approvals?.map((asked) => (
        <ApprovalCard key={asked.approval} core={core.id} session={session.id} asked={asked} />
      ))}
    </section>
  );
}
