import { LoaderCircle, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import type { Attached } from "./attached";
import { Later } from "./later";
import { refusal } from "./refusals";

type Props = { attached: Attached; onAgain: () => void; onDismiss: () => void };

/** Over a terminal that takes nothing now: why, and what happens next. What it shows stays where it is. */
export function Standing({ attached, onAgain, onDismiss }: Props) {
  const { standing, live, size, refused } = attached;
  const unsent = refused > 0 && <strong className="font-medium"> What you type now is not sent.</strong>;
  switch (standing.state) {
    case "connecting":
      return (
        <Later after={400}>
          <Veil waits asked={refused > 0}>
            {size === undefined ? "Connecting to the terminal…" : "Connecting to the terminal again…"}
            {unsent}
          </Veil>
        </Later>
      );
    case "waiting":
      return (
        <Veil waits asked={refused > 0}>
          {standing.why} It goes on by itself.{unsent}
        </Veil>
      );
    case "ended": {
      const { title, next } = refusal(standing.problem);
      const gone = standing.problem?.slug === "not-found";
      return (
        <Veil
          asked={refused > 0}
          action={
            <Button size="small" onClick={gone ? onDismiss : onAgain}>
              {gone ? "Put it away" : "Try again"}
            </Button>
          }
        >
          <span className="font-medium">{title}.</span> {next}
          {unsent}
        </Veil>
      );
    }
    case "live":
      return live ? null : (
        <Later after={400}>
          <Veil waits asked={refused > 0}>
            Catching up with what was said…{unsent}
          </Veil>
        </Later>
      );
  }
}

type VeilProps = { waits?: boolean; asked: boolean; action?: ReactNode; children: ReactNode };

function Veil({ waits, asked, action, children }: VeilProps) {
  const Icon = waits ? LoaderCircle : Unplug;
  return (
    <div className="pointer-events-none absolute inset-0 flex items-start justify-center bg-surface/60 p-3">
      <div
        role="status"
        className={cn(
          "pointer-events-auto flex max-w-md flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border bg-surface px-3 py-2 text-sm shadow-lg",
          asked && "border-warn",
        )}
      >
        <Icon className={cn("size-4 shrink-0 text-ink-faint", waits && "animate-spin")} aria-hidden />
        <p className="min-w-0 flex-1 basis-40">{children}</p>
        {action}
      </div>
    </div>
  );
}
