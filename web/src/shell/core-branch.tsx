import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { CoreView } from "@/api/schema";
import { sessionsQuery, workspacesQuery } from "@/chat/queries";
import { attention, presence } from "@/cores/core-state";
import { cn } from "@/ui/class-names";
import { Dot } from "@/ui/dot";
import { Failure } from "@/ui/notice";
import { useOpenCore } from "./open-cores";
import { WorkspaceBranch } from "./workspace-branch";

/** One Core in the sidebar, with its workspaces when it is open. `all`: how many there are. */
export function CoreBranch({ core, all }: { core: CoreView; all: number }) {
  const { core: here } = useParams({ strict: false });
  const [open, toggle] = useOpenCore(core.id, { all, here: here === core.id, waits: core.waiting_approvals > 0 });
  const { tone, text } = attention(core);
  const online = presence(core) === "online";
  return (
    <li className="min-w-0">
      <div className={cn("flex items-center rounded-md hover:bg-sunken", here === core.id && "text-ink")}>
        <button
          type="button"
          className="rounded-md p-1.5 text-ink-faint max-md:p-2.5"
          aria-expanded={open}
          aria-label={`Workspaces of ${core.name}`}
          onClick={toggle}
        >
          <ChevronRight className={cn("size-4 transition-transform", open && "rotate-90")} aria-hidden />
        </button>
        <Link
          to="/cores/$core"
          params={{ core: core.id }}
          activeOptions={{ exact: true }}
          className="flex min-w-0 flex-1 items-center gap-2 py-1.5 pr-2 font-medium text-sm max-md:py-2"
        >
          <span className="min-w-0 flex-1 truncate" title={core.name}>
            {core.name}
          </span>
          <Dot tone={tone} label={text} lively={core.working_sessions > 0 && online} />
        </Link>
      </div>
      {open && !online && <p className="py-1 pl-8 text-ink-faint text-xs">Offline</p>}
      {open && <Workspaces core={core} />}
    </li>
  );
}

/** What was there stays while the Core is away. */
function Workspaces({ core }: { core: CoreView }) {
  const enabled = presence(core) === "online";
  const workspaces = useQuery({ ...workspacesQuery(core.id), enabled });
  const sessions = useQuery({ ...sessionsQuery(core.id), enabled });
  return (
    <>
      {enabled && <Failure error={workspaces.error ?? sessions.error} className="mt-1 ml-6 text-xs" />}
      {workspaces.data?.length === 0 && <p className="py-1 pl-8 text-ink-faint text-xs">No workspace yet</p>}
      <ul className="pl-4">
        {workspaces.data?.map((workspace) => (
          <WorkspaceBranch
            key={workspace.name}
            core={core}
            workspace={workspace}
            sessions={sessions.data?.filter((session) => session.workspace === workspace.name) ?? []}
          />
        ))}
      </ul>
    </>
  );
}
