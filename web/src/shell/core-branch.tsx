import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { CoreView, Me } from "@/api/schema";
import { sessionsQuery, workspacesQuery } from "@/chat/queries";
import { attention, presence } from "@/cores/core-state";
import { cn } from "@/ui/class-names";
import { Dot } from "@/ui/dot";
import { Failure } from "@/ui/notice";
import { WorkspaceBranch } from "./workspace-branch";

const KEY = "condrix.closed-cores";
const closedCores = (): string[] => JSON.parse(localStorage.getItem(KEY) ?? "[]");

/** One Core in the sidebar, with its workspaces when it is open. */
export function CoreBranch({ core, me, alone }: { core: CoreView; me: Me; alone: boolean }) {
  const [open, setOpen] = useState(() => alone || !closedCores().includes(core.id));
  const { core: here } = useParams({ strict: false });
  const { tone, text } = attention(core);
  const toggle = () => {
    const others = closedCores().filter((id) => id !== core.id);
    localStorage.setItem(KEY, JSON.stringify(open ? [...others, core.id] : others));
    setOpen(!open);
  };
  return (
    <li>
      <div className={cn("flex items-center rounded-md hover:bg-sunken", here === core.id && "text-ink")}>
        <button
          type="button"
          className="rounded-md p-1.5 text-ink-faint"
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
          className="flex min-w-0 flex-1 items-center gap-2 py-1.5 pr-2 font-medium text-sm"
        >
          <span className="min-w-0 flex-1 truncate">{core.name}</span>
          <Dot tone={tone} label={text} lively={core.working_sessions > 0 && presence(core) === "online"} />
        </Link>
      </div>
      {open && presence(core) === "online" && <Workspaces core={core} me={me} />}
      {open && presence(core) === "offline" && <p className="py-1 pl-8 text-ink-faint text-xs">Offline</p>}
    </li>
  );
}

function Workspaces({ core, me }: { core: CoreView; me: Me }) {
  const workspaces = useQuery(workspacesQuery(core.id));
  const sessions = useQuery(sessionsQuery(core.id));
  return (
    <>
      <Failure error={workspaces.error ?? sessions.error} className="mt-1 ml-6 text-xs" />
      {workspaces.data?.length === 0 && <p className="py-1 pl-8 text-ink-faint text-xs">No workspace yet</p>}
      <ul className="pl-4">
        {workspaces.data?.map((workspace) => (
          <WorkspaceBranch
            key={workspace.name}
            core={core}
            me={me}
            workspace={workspace}
            sessions={sessions.data?.filter((session) => session.workspace === workspace.name) ?? []}
          />
        ))}
      </ul>
    </>
  );
}
