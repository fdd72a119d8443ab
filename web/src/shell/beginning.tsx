import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Circle } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { SignInButton } from "@/claude/sign-in-button";
import { isSignedIn, presence } from "@/cores/core-state";
import { NewWorkspaceDialog } from "@/cores/new-workspace-dialog";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { firstCore } from "./first-core";
import { useMe } from "./use-me";

/** Until a first Core can work, and then to a first session: the steps, and which is next. */
export function Beginning({ cores }: { cores: CoreView[] }) {
  const me = useMe();
  const first = firstCore(cores, me);
  const signedIn = first !== undefined && isSignedIn(first.claude);
  return (
    <ol className="mb-8 grid grid-cols-1 gap-3">
      <Step done title="You have a user" />
      {first === undefined ? (
        <Step title="Pair a first Core" next>
          <p>A Core is a host on which an agent runs Claude Code. It dials out to this gateway.</p>
          {me.role === "admin" ? (
            <Button kind="primary" asChild>
              <Link to="/settings/cores" search={{ add: true }}>
                Add a Core
              </Link>
            </Button>
          ) : (
            <p>An administrator of this gateway can add one.</p>
          )}
        </Step>
      ) : (
        <Step done title={`The Core “${first.name}” is paired`} />
      )}
      <Step
        title={signedIn ? "It is signed in" : "Sign it in with Claude"}
        done={signedIn}
        next={first !== undefined && !signedIn}
      >
        {first && (
          <>
            {presence(first) === "offline" && (
              <p>It is offline: its host or the agent on it is down. When it is back, it can be signed in here.</p>
            )}
            <p>
              Claude’s page opens in a new tab. Approve there, and bring the code back. Your plan is for you alone; for
              a Core that several people use,{" "}
              <Link to="/settings/cores" className="text-accent-text underline">
                there are other ways
              </Link>
              .
            </p>
          </>
        )}
        {first && <SignInButton key={first.id} core={first} ifNeeded />}
      </Step>
      <Step title="Make a workspace and begin a session" next={signedIn}>
        {first && signedIn && <FirstWorkspace core={first} />}
      </Step>
    </ol>
  );
}

function FirstWorkspace({ core }: { core: CoreView }) {
  const [making, setMaking] = useState(false);
  const online = presence(core) === "online";
  const { data: workspaces } = useQuery({ ...workspacesQuery(core.id), enabled: online });
  const there = workspaces?.find(({ state }) => state === "ready");
  return (
    <>
      <p>A workspace is a folder on the Core in which sessions work: an empty one, or a clone of a repository.</p>
      <div className="flex flex-wrap gap-2">
        {there && (
          <Button kind="primary" asChild>
            <Link to="/cores/$core/workspaces/$workspace" params={{ core: core.id, workspace: there.name }}>
              Go to “{there.name}”
            </Link>
          </Button>
        )}
        <Button kind={there ? "plain" : "primary"} disabled={!online} onClick={() => setMaking(true)}>
          Make a workspace
        </Button>
      </div>
      {making && <NewWorkspaceDialog core={core} onClose={() => setMaking(false)} />}
    </>
  );
}

type StepProps = { title: string; done?: boolean; next?: boolean; children?: ReactNode };

/** What is in a step stays there when it is done: a dialog may still say how it went. */
function Step({ title, done = false, next = false, children }: StepProps) {
  return (
    <li
      className={cn("flex gap-3 rounded-xl border p-4", next ? "border-line-strong bg-surface" : "border-transparent")}
      aria-current={next ? "step" : undefined}
    >
      {done ? (
        <Check className="mt-0.5 size-5 shrink-0 text-good" aria-label="Done" />
      ) : (
        <Circle className="mt-0.5 size-5 shrink-0 text-line-strong" aria-hidden />
      )}
      <div className={cn("grid min-w-0 justify-items-start gap-3", !done && !next && "text-ink-faint")}>
        <h2 className="max-w-full break-words font-medium">{title}</h2>
        <div className={cn("justify-items-start gap-3 text-ink-soft text-sm", next ? "grid" : "hidden")}>
          {children}
        </div>
      </div>
    </li>
  );
}
