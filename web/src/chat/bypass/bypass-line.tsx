import { TriangleAlert } from "lucide-react";
import type { Bypass } from "@/api/schema";
import { Button } from "@/ui/button";
import { minutesLeft, useNow } from "@/ui/clock";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { clock } from "./lending";
import { useAskAgain } from "./use-bypass";

type Props = { core: string; session: string; bypass: Bypass; able: boolean };

/** Stands over a session for as long as it runs without asking. It ends when the session says so, not by this clock. */
export function BypassLine({ core, session, bypass: { by, until }, able }: Props) {
  const now = useNow(1_000);
  const end = useAskAgain(core, session);
  const at = clock(until, now);
  return (
    <div className="grid gap-2 border-warn border-y-2 bg-warn-soft px-3 py-2 text-sm sm:px-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <TriangleAlert className="size-4 shrink-0 text-warn" aria-hidden />
        <p role="status" className="min-w-0 flex-1 basis-52">
          <strong className="font-semibold">Runs without asking</strong> until {at ?? oneLine(until, 40)}, in the name
          of {oneLine(by.name, 64)}. Questions and plans still wait.
        </p>
        {at && (
          <span className="text-warn-text tabular-nums" aria-hidden>
            {minutesLeft(Date.parse(until), now)} left
          </span>
        )}
        {able && (
          <Button size="small" busy={end.isPending} onClick={() => end.mutate()}>
            Ask again
          </Button>
        )}
      </div>
      <Failure error={end.error} />
    </div>
  );
}
