import { cn } from "@/ui/class-names";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { type Turn, waitsForSomebody } from "../conversation/model";
import { cost, duration, failureWords, interruptionWords, tokens } from "../words";
import { Elapsed } from "./elapsed";

/** How a turn stands or ended, and what it took. */
export function TurnEndRow({ turn }: { turn: Turn }) {
  const { end, retry } = turn;
  if (!end) {
    const waits = waitsForSomebody(turn);
    return (
      <p className="flex min-h-10 items-center gap-2 pb-2 text-ink-faint text-xs">
        <span
          className={cn("size-2 shrink-0 rounded-full", waits ? "bg-warn" : "animate-pulse bg-accent")}
          aria-hidden
        />
        {retry ? (
          <span className="min-w-0 break-words">
            Claude did not answer ({oneLine(retry.error, 80)}). Trying again: {retry.attempt} of {retry.max_attempts}
          </span>
        ) : (
          <span>{waits ? "Waits for an answer" : "Working"}</span>
        )}
        {turn.startedAt && <Elapsed since={turn.startedAt} />}
      </p>
    );
  }
  return (
    <footer className="min-h-10 pb-2">
      {end.kind === "turn_failed" && (
        <Notice kind="bad" className="my-1" still>
          {failureWords(end.error)}
          {end.detail !== "" && <span className="block text-ink-soft">{oneLine(end.detail, 600)}</span>}
        </Notice>
      )}
      {end.kind === "turn_interrupted" && (
        <p className="py-1 text-sm text-warn-text">
          {interruptionWords(end.reason)}
          {end.by && ` by ${oneLine(end.by.name, 80)}`}
        </p>
      )}
      <p className="flex flex-wrap items-center gap-x-3 pt-1 text-ink-faint text-xs">
        <span>{turn.model ? oneLine(turn.model, 60) : "Claude"}</span>
        {end.usage && (
          <>
            <span>{duration(end.usage.duration_ms)}</span>
            <span>{cost(end.usage.cost_usd)}</span>
            <span>{tokens(end.usage)}</span>
          </>
        )}
      </p>
    </footer>
  );
}
