import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Circle } from "lucide-react";
import type { ReactNode } from "react";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { attention, isOthersPlan, presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { Dot } from "@/ui/dot";
import { Failure } from "@/ui/notice";
import { useMe } from "./use-me";

/** What there is, or what comes next for whoever begins. */
export function HomePage() {
  const me = useMe();
  const { data: cores, error } = useQuery(coresQuery);
  const there = cores?.filter((core) => presence(core) !== "revoked") ?? [];
  const ready = there.find((core) => core.claude.state === "signed_in");
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl px-4 py-10 sm:px-6">
        <h1 className="mb-6 font-semibold text-2xl">Hello, {me.name}</h1>
        <Failure error={error} />
        {cores && (ready === undefined ? <Beginning cores={there} /> : <Cores cores={there} />)}
      </div>
    </div>
  );
}

/** Until a first Core can work: the steps to it, and which is next. */
function Beginning({ cores }: { cores: CoreView[] }) {
  const me = useMe();
  const [first] = cores;
  return (
    <ol className="grid gap-3">
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
      <Step title="Sign it in with Claude" next={first !== undefined}>
        <p>With your own Claude account, or with an API key that its host holds.</p>
        {first && (
          <Button kind="primary" asChild>
            <Link to="/settings/cores">Sign In with Claude</Link>
          </Button>
        )}
      </Step>
      <Step title="Make a workspace and begin a session" />
    </ol>
  );
}

function Step({
  title,
  done,
  next,
  children,
}: {
  title: string;
  done?: boolean;
  next?: boolean;
  children?: ReactNode;
}) {
  return (
    <li
      className={cn("flex gap-3 rounded-xl border p-4", next ? "border-line-strong bg-surface" : "border-transparent")}
    >
      {done ? (
        <Check className="mt-0.5 size-5 shrink-0 text-good" aria-label="Done" />
      ) : (
        <Circle className="mt-0.5 size-5 shrink-0 text-line-strong" aria-hidden />
      )}
      <div className={cn("grid justify-items-start gap-3", !done && !next && "text-ink-faint")}>
        <h2 className="font-medium">{title}</h2>
        {next && <div className="grid justify-items-start gap-3 text-ink-soft text-sm">{children}</div>}
      </div>
    </li>
  );
}

function Cores({ cores }: { cores: CoreView[] }) {
  return (
    <ul className="grid gap-3">
      {cores.map((core) => (
        <CoreCard key={core.id} core={core} />
      ))}
    </ul>
  );
}

function CoreCard({ core }: { core: CoreView }) {
  const me = useMe();
  const { tone, text } = attention(core);
  const online = presence(core) === "online";
  const { data: workspaces } = useQuery({ ...workspacesQuery(core.id), enabled: online });
  return (
    <li className="rounded-xl border bg-surface p-4">
      <div className="flex items-center gap-2">
        <Link
          to="/cores/$core"
          params={{ core: core.id }}
          className="min-w-0 flex-1 truncate font-medium hover:underline"
        >
          {core.name}
        </Link>
        <span className="flex items-center gap-2 text-ink-soft text-sm">
          <Dot tone={tone} /> {text}
        </span>
      </div>
      {isOthersPlan(core, me) && (
        <p className="mt-2 text-ink-soft text-sm">
          It uses the plan of somebody else, who alone works with it. You can read along.
        </p>
      )}
      {workspaces && (
        <ul className="mt-3 flex flex-wrap gap-2">
          {workspaces.map(({ name }) => (
            <li key={name}>
              <Button size="small" asChild>
                <Link to="/cores/$core/workspaces/$workspace" params={{ core: core.id, workspace: name }}>
                  {name}
                </Link>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
