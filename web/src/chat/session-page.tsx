import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { isProblem } from "@/api/problem";
import { Failure, Notice } from "@/ui/notice";
import { sessionQuery } from "./queries";
import { SessionView } from "./session-view";

/** A conversation. */
export function SessionPage() {
  const { core, session: id } = useParams({ from: "/shell/cores/$core/sessions/$session" });
  const { at } = useSearch({ from: "/shell/cores/$core/sessions/$session" });
  const { data: session, error, isPending } = useQuery(sessionQuery(core, id));
  if (session) return <SessionView key={`${core}/${id}`} core={core} session={session} at={at} />;
  return (
    <div className="mx-auto w-full max-w-3xl p-6">
      {isPending && <p role="status">Asking the Core for this session…</p>}
      {isProblem(error, "core-offline") ? (
        <Notice kind="warn">The Core of this session is offline. The session is shown here when it is back.</Notice>
      ) : (
        <Failure error={error} />
      )}
    </div>
  );
}
