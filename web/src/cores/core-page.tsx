import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { CoreView } from "@/api/schema";
import { ClaudeWarnings } from "@/claude/claude-warnings";
import { SignInButton } from "@/claude/sign-in-button";
import { signInSummary } from "@/claude/sign-in-words";
import { CoreServers } from "@/mcp/core-servers";
import { usePageTitle } from "@/notices/title";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { Failure, Notice } from "@/ui/notice";
import { CoreAttention, CoreLine, Labels } from "./core-line";
import { isOthersPlan, presence } from "./core-state";
import { GitAccess } from "./git-access";
import { JournalRoom } from "./journal-room";
import { coresQuery } from "./queries";
import { WorkspaceList } from "./workspace-list";

/** A Core's start: how it is, and what is on it. */
export function CorePage() {
  const { core: id } = useParams({ from: "/shell/cores/$core" });
  const { data: cores, error, isPending } = useQuery(coresQuery);
  const core = cores?.find((core) => core.id === id);
  usePageTitle(core?.name);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-4xl grid-cols-1 gap-5 px-4 py-6 sm:px-6">
        <Failure error={error} />
        {isPending && <p className="text-ink-faint text-sm">Asking for the Core…</p>}
        {cores && core === undefined && (
          <Notice kind="warn">
            This Core is not there, or not for you. The list in the settings has all that are.
          </Notice>
        )}
        {core && <Core key={core.id} core={core} />}
      </div>
    </div>
  );
}

function Core({ core }: { core: CoreView }) {
  const me = useMe();
  const state = presence(core);
  return (
    <>
      <header className="grid grid-cols-1 gap-1.5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 md:pr-10">
          <h1 className="min-w-0 truncate font-semibold text-2xl">{core.name}</h1>
          <CoreAttention core={core} />
        </div>
        <CoreLine core={core} />
        <Labels labels={core.labels} />
      </header>
      {state === "revoked" && (
        <Notice
          kind="bad"
          action={
            <Button size="small" asChild>
              <Link to="/settings/cores">To the settings</Link>
            </Button>
          }
        >
          This Core was revoked: nothing of it works until an administrator restores it.
        </Notice>
      )}
      {state === "offline" && (
        <Notice kind="warn">
          The Core is offline: its host or its agent is down, or its network is. It goes on by itself when it is back.
        </Notice>
      )}
      {state !== "revoked" && (
        <>
          <ClaudeWarnings core={core} />
          <SignInLine core={core} />
          <WorkspaceList core={core} />
        </>
      )}
      {state === "online" && !isOthersPlan(core, me) && <CoreServers core={core} />}
      {state === "online" && me.role === "admin" && !isOthersPlan(core, me) && <GitAccess core={core} />}
      {state === "online" && <JournalRoom core={core} />}
    </>
  );
}

function SignInLine({ core }: { core: CoreView }) {
  const me = useMe();
  return (
    <section
      aria-label="Claude"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl border bg-surface px-4 py-3 text-sm"
    >
      <p className="min-w-0 flex-1 basis-56">{signInSummary(core.claude, me)}</p>
      <Button kind="quiet" asChild>
        <Link to="/settings/cores">Settings</Link>
      </Button>
      <SignInButton core={core} ifNeeded />
    </section>
  );
}
