import type { CoreView, Session } from "@/api/schema";
import { cn } from "@/ui/class-names";
import { Dot } from "@/ui/dot";
import { STATES, sessionState } from "./session-state";

type Props = { core: CoreView | undefined; session: Pick<Session, "activity" | "closed_at"> };

/** How a session stands, as a dot: where nothing goes on, hardly to be seen. */
export function SessionDot({ core, session }: Props) {
  const state = sessionState(core, session);
  const { tone, text } = STATES[state];
  return <Dot tone={tone} label={text} lively={state === "working"} hollow={state === "idle" || state === "closed"} />;
}

/** The same in words, where there is room for them. */
export function SessionStanding({ core, session, className }: Props & { className?: string }) {
  const state = sessionState(core, session);
  if (state === "idle" || state === "closed") return null;
  const { tone, text } = STATES[state];
  return (
    <span className={cn("flex shrink-0 items-center gap-2 text-ink-soft text-sm", className)}>
      <Dot tone={tone} lively={state === "working"} />
      {text}
    </span>
  );
}
