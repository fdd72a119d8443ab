import { Link } from "@tanstack/react-router";
import { Lock, Users } from "lucide-react";
import type { CoreView, Session } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { Badge } from "@/ui/badge";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Tip } from "@/ui/tip";
import { ModeChoice } from "./mode-choice";
import { ModelChoice } from "./model-choice";
import { SessionMenu } from "./session-menu";
import { SessionTitle } from "./session-title";
import { useSessionChange } from "./use-session-change";

type Props = { core: string; view: CoreView | undefined; session: Session };

/** What session this is, and how it works. */
export function SessionHeader({ core, view, session }: Props) {
  const me = useMe();
  const change = useSessionChange(core, session.id);
  const mine = session.created_by.user === me.user;
  return (
    <header className="border-b bg-surface">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 px-3 py-1.5 sm:px-4 md:pr-14">
        <div className="min-w-0 flex-1 basis-56">
          <SessionTitle session={session} onChange={(title) => change.mutate({ title })} />
          <p className="flex min-w-0 items-center gap-1.5 px-1.5 text-ink-faint text-xs">
            <Link
              to="/cores/$core/workspaces/$workspace"
              params={{ core, workspace: session.workspace }}
              className="truncate hover:underline pointer-coarse:-my-2.5 pointer-coarse:py-2.5"
            >
              {oneLine(session.workspace, 64)}
            </Link>
            <span aria-hidden>·</span>
            <Link
              to="/cores/$core"
              params={{ core }}
              className="truncate hover:underline pointer-coarse:-my-2.5 pointer-coarse:py-2.5"
            >
              {oneLine(view?.name ?? "Core", 64)}
            </Link>
            {!mine && (
              <>
                <span aria-hidden>·</span>
                <span className="truncate">of {oneLine(session.created_by.name, 64)}</span>
              </>
            )}
            <Seen visibility={session.visibility} />
          </p>
        </div>
        <div className="flex items-center gap-1">
          {session.closed_at && <Badge>Closed</Badge>}
          {session.archived_at && <Badge>Archived</Badge>}
          <ModelChoice model={session.model ?? undefined} onChange={(model) => change.mutate({ model })} />
          <ModeChoice mode={session.permission_mode} onChange={(mode) => change.mutate({ permission_mode: mode })} />
          <SessionMenu core={core} view={view} session={session} change={change} />
        </div>
      </div>
      <Failure error={change.error} className="mx-4 mb-2" />
    </header>
  );
}

function Seen({ visibility }: { visibility: Session["visibility"] }) {
  const [Icon, words] =
    visibility === "private"
      ? ([Lock, "Private: for its owner, and for administrators to read"] as const)
      : ([Users, "Shared: everybody on this Core can see it"] as const);
  return (
    <Tip text={words}>
      <span className="shrink-0">
        <Icon className="size-3.5" aria-hidden />
        <span className="sr-only">{words}</span>
      </span>
    </Tip>
  );
}
