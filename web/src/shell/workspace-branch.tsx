import { Link } from "@tanstack/react-router";
import { Folder, FolderSync, FolderX } from "lucide-react";
import type { CoreView, Me, Session, Workspace } from "@/api/schema";
import { sessionTitle } from "@/chat/session-title";
import { Dot } from "@/ui/dot";

/** So many are shown in the sidebar; the workspace's page has all. */
const NEWEST = 6;

type Props = { core: CoreView; me: Me; workspace: Workspace; sessions: Session[] };

export function WorkspaceBranch({ core, workspace, sessions }: Props) {
  const Icon = workspace.state === "ready" ? Folder : workspace.state === "cloning" ? FolderSync : FolderX;
  return (
    <li>
      <Link
        to="/cores/$core/workspaces/$workspace"
        params={{ core: core.id, workspace: workspace.name }}
        className="flex items-center gap-2 rounded-md px-2 py-1 text-ink-soft text-sm hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
      >
        <Icon className="size-4 shrink-0 text-ink-faint" aria-hidden />
        <span className="min-w-0 flex-1 truncate">{workspace.name}</span>
        {workspace.state !== "ready" && <span className="text-ink-faint text-xs">{workspace.state}</span>}
      </Link>
      <ul>
        {sessions.slice(0, NEWEST).map((session) => (
          <li key={session.id}>
            <Link
              to="/cores/$core/sessions/$session"
              params={{ core: core.id, session: session.id }}
              className="flex items-center gap-2 rounded-md py-1 pr-2 pl-8 text-ink-faint text-sm hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
            >
              <span className="min-w-0 flex-1 truncate">{sessionTitle(session)}</span>
              {session.activity === "working" && <Dot tone="good" label="Working" lively />}
              {session.activity === "waiting" && <Dot tone="warn" label="Waits for an approval" />}
            </Link>
          </li>
        ))}
      </ul>
    </li>
  );
}
