import { useQuery } from "@tanstack/react-query";
import { isProblem } from "@/api/problem";
import { Dialog } from "@/ui/dialog";
import { Failure, Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { SessionServer } from "./session-server";
import { sessionServersQuery } from "./session-servers";

type Props = { core: string; session: string; onClose: () => void };

/** How the MCP servers of a session's process are, as the process says. */
export function SessionServersDialog({ core, session, onClose }: Props) {
  const { data, error, isPending } = useQuery(sessionServersQuery(core, session));
  // Without a process there is nothing to ask; one may end while its servers are looked at.
  const idle = isProblem(error, "conflict");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="MCP servers of this session"
      description="What is switched here holds until its process of Claude Code ends. Which servers there are is set on the pages of the Core and of the workspace."
    >
      <div className="grid min-h-16 grid-cols-1 gap-3 text-sm">
        {isPending && <p role="status">Asking Claude Code for them…</p>}
        {idle && <Notice>Nothing can be said of its servers: {oneLine(error.detail ?? error.title, 300)}.</Notice>}
        {!idle && <Failure error={error} />}
        {data && !idle && data.length === 0 && <p className="text-ink-faint">It has none.</p>}
        {data && !idle && data.length > 0 && (
          <ul className="divide-y divide-line">
            {data.map((server) => (
              <SessionServer key={server.name} core={core} session={session} server={server} />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
