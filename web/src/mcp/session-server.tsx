import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { isProblem } from "@/api/problem";
import type { ServerStatus } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dot } from "@/ui/dot";
import { Failure, Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { reconnectServer, sessionServersQuery, switchServer } from "./session-servers";
import { isOff, isUnderWay, standing } from "./status-words";

type Props = { core: string; session: string; server: ServerStatus };

/** One server of a session's process: how it is, what it offers, and what can be done about it. */
export function SessionServer({ core, session, server }: Props) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: sessionServersQuery(core, session).queryKey });
  const turn = useMutation({
    mutationFn: (enabled: boolean) => switchServer(core, session, server.name, enabled),
    onSettled,
  });
  const reconnect = useMutation({ mutationFn: () => reconnectServer(core, session, server.name), onSettled });
  const { tone, text, hint } = standing(server);
  const off = isOff(server.status);
  const name = oneLine(server.name, 64);
  const busy = turn.isPending || reconnect.isPending;
  // Why, its state says above.
  const refused = !busy && isProblem(reconnect.error, "conflict");
  return (
    <li className="grid grid-cols-1 gap-1.5 py-3 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <div className="min-w-0 flex-1 basis-44">
          <h3 className="break-all font-medium">{name}</h3>
          <p className="flex items-center gap-2 text-ink-soft" role="status">
            <Dot tone={tone} /> {text}
          </p>
        </div>
        <div className="flex gap-2">
          {!off && !isUnderWay(server.status) && (
            <Button
              size="small"
              aria-label={`Connect ${name} anew`}
              busy={reconnect.isPending}
              disabled={busy}
              onClick={() => reconnect.mutate()}
            >
              Connect anew
            </Button>
          )}
          <Button
            size="small"
            aria-label={off ? `Switch ${name} on` : `Switch ${name} off`}
            busy={turn.isPending}
            disabled={busy}
            onClick={() => turn.mutate(off)}
          >
            {off ? "Switch on" : "Switch off"}
          </Button>
        </div>
      </div>
      {server.error && <p className="break-words text-bad">{oneLine(server.error, 500)}</p>}
      {hint && <p className="text-ink-soft">{hint}</p>}
      {refused && <Notice kind="bad">It could not be connected anew.</Notice>}
      {!refused && <Failure error={turn.error ?? reconnect.error} />}
      {server.tools.length > 0 && <Tools names={server.tools} />}
    </li>
  );
}

function Tools({ names }: { names: readonly string[] }) {
  return (
    <details className="group">
      <summary className="flex min-h-8 cursor-pointer list-none items-center gap-1 text-ink-soft pointer-coarse:min-h-9 [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-4 text-ink-faint transition-transform group-open:rotate-90" aria-hidden />
        Its tools
      </summary>
      <ul className="flex flex-wrap gap-1.5 pl-5">
        {[...new Set(names)].map((name) => (
          <li key={name} className="break-all rounded bg-sunken px-1.5 py-0.5 font-mono text-xs">
            {oneLine(name, 80)}
          </li>
        ))}
      </ul>
    </details>
  );
}
