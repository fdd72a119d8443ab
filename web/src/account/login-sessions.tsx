import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { LoginSessionView } from "@/api/schema";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { browserName } from "./browser-name";
import { loginSessionsQuery } from "./queries";

async function end(session: string): Promise<void> {
  try {
    await answer(api.DELETE("/api/v1/login-sessions/{session}", { params: { path: { session } } }));
  } catch (error) {
    // It had ended already.
    if (!isProblem(error, "not-found")) throw error;
  }
}

/** One's own logins, this one first. */
export function LoginSessions() {
  const client = useQueryClient();
  const { data, error, isPending } = useQuery({ ...loginSessionsQuery, refetchInterval: 15_000 });
  const sessions = [...(data?.items ?? [])].sort(
    (one, other) => Number(other.current) - Number(one.current) || other.last_seen_at.localeCompare(one.last_seen_at),
  );
  const others = sessions.filter(({ current }) => !current);
  const endOthers = useMutation({
    mutationFn: () => Promise.all(others.map(({ id }) => end(id))),
    onSettled: () => client.invalidateQueries({ queryKey: loginSessionsQuery.queryKey }),
  });
  return (
    <section aria-labelledby="logins" className="grid grid-cols-1 gap-3">
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-2">
        <h2 id="logins" className="font-semibold text-lg">
          Logins
        </h2>
        {others.length > 1 && (
          <Button busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            End all others
          </Button>
        )}
      </div>
      <p className="text-ink-soft text-sm">Where you are logged in. End what you do not know.</p>
      <Failure error={error ?? endOthers.error} />
      {isPending && <p className="text-ink-faint text-sm">Asking for your logins…</p>}
      {sessions.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border bg-surface">
          {sessions.map((session) => (
            <LoginSession key={session.id} session={session} />
          ))}
        </ul>
      )}
    </section>
  );
}

function LoginSession({ session }: { session: LoginSessionView }) {
  const client = useQueryClient();
  const [gone, setGone] = useState(false);
  const over = useMutation({
    mutationFn: () => end(session.id),
    onSuccess: () => {
      setGone(true);
      return client.invalidateQueries({ queryKey: loginSessionsQuery.queryKey });
    },
  });
  const name = browserName(session.user_agent);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span title={oneLine(session.user_agent, 300)}>{name}</span>
          {session.current && <Badge kind="good">This one</Badge>}
        </p>
        <p className="text-ink-soft">
          from <span className="break-all font-mono text-xs">{oneLine(session.address, 64)}</span> · logged in{" "}
          <Time at={session.created_at} /> · last seen <Time at={session.last_seen_at} />
        </p>
        <p className="text-ink-faint">
          ends <Time at={session.expires_at} /> at the latest
        </p>
      </div>
      {!session.current && (
        <Button busy={over.isPending || gone} aria-label={`End the login: ${name}`} onClick={() => over.mutate()}>
          End
        </Button>
      )}
      <Failure error={over.error} className="basis-full" />
    </li>
  );
}
