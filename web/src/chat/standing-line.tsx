import { Link } from "@tanstack/react-router";
import type { CoreView } from "@/api/schema";
import { presence } from "@/cores/core-state";
import { awayWhy, type Standing } from "@/live/stream";
import { useMissed } from "@/live/use-missed";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";

type Props = { core: CoreView | undefined; standing: Standing; onAgain: () => void };

/** How what is shown stands to what is: said in place, and what was read stays. */
export function StandingLine({ core, standing, onAgain }: Props) {
  const why = awayWhy(standing);
  const missed = useMissed(why !== undefined);
  if (core && presence(core) === "revoked") {
    return <Notice kind="bad">The Core was revoked. What was read before stays here until this page is left.</Notice>;
  }
  if (standing.state === "ended") {
    return (
      <Notice
        kind="warn"
        action={
          <span className="flex flex-wrap gap-2">
            <Button size="small" onClick={onAgain}>
              Try again
            </Button>
            <Button size="small" asChild>
              <Link to="/">To the start</Link>
            </Button>
          </span>
        }
      >
        {standing.problem === undefined || standing.problem.slug === "not-found"
          ? "This session is gone, or no longer there for you. What was read before stays here until this page is left."
          : `${oneLine(standing.problem.title)}. Nothing more comes here.`}
      </Notice>
    );
  }
  if (core && presence(core) === "offline") {
    return (
      <Notice kind="warn">The Core is offline. It goes on by itself when it is back; what you type is kept.</Notice>
    );
  }
  if (missed && why !== undefined) {
    return <Notice kind="warn">{oneLine(why)}. It goes on by itself.</Notice>;
  }
  return null;
}
