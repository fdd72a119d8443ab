import { Link } from "@tanstack/react-router";
import { Check, Circle } from "lucide-react";
import type { ReactNode } from "react";
import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { useMe } from "./use-me";

/** Until a first Core can work: the steps to it, and which is next. */
export function Beginning({ cores }: { cores: CoreView[] }) {
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
