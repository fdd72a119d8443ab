import { Link } from "@tanstack/react-router";
import { Folder, FolderSync, FolderX } from "lucide-react";
import type { CoreView, Session, Workspace } from "@/api/schema";
import { SessionDot } from "@/chat/session-dot";
import { shownFirst } from "@/chat/session-state";
import { sessionTitle } from "@/chat/session-title";

/** So many are shown in the sidebar; the workspace's page has all. */
const NEWEST = 6;

const row =
  "flex items-center gap-2 rounded-md py-1 pr-2 text-sm hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink max-md:min-h-9";

type Props = { core: CoreView; workspace: Workspace; sessions: Session[] };

export function WorkspaceBranch({ core, workspace, sessions }: Props) {
  const Icon = workspace.state === "ready" ? Folder : workspace.state === "cloning" ? FolderSync : FolderX;
  const shown = shownFirst(sessions, NEWEST);
  const page = {
    to: "/cores/$core/workspaces/$workspace",
    params: { core: core.id, workspace: workspace.name },
  } as const;
  return (
    <li className="min-w-0">
      <Link {...page} className={`${row} pl-2 text-ink-soft`}>
        <Icon className="size-4 shrink-0 text-ink-faint" aria-hidden />
        <span className="min-w-0 flex-1 truncate" title={workspace.name}>
          {workspace.name}
        </span>
        {workspace.state !== "ready" && <span className="text-ink-faint text-xs">{workspace.state}</span>}
      </Link>
      <ul>
        {shown.map((session) => (
          <li key={session.id} className="min-w-0">
            <Link
              to="/cores/$core/sessions/$session"
              params={{ core: core.id, session: session.id }}
              className={`${row} pl-8 text-ink-faint`}
            >
              <span className="min-w-0 flex-1 truncate" title={sessionTitle(session)}>
                {sessionTitle(session)}
              </span>
              <SessionDot core={core} session={session} />
            </Link>
          </li>
        ))}
        {shown.length < sessions.length && (
          <li className="min-w-0">
            <Link {...page} className={`${row} pl-8 text-ink-faint`} activeProps={{ className: "" }}>
              More sessions
            </Link>
          </li>
        )}
      </ul>
    </li>
  );
}
