import type { PlanLimit } from "@/api/schema";
import { useNow } from "@/ui/clock";
import { Time } from "@/ui/time";
import { isOver, limitWords, windowName } from "./limits";

/** How the plan stands, as the CLI reported it with an answer. */
export function PlanLimits({ limits }: { limits: readonly PlanLimit[] }) {
  const now = new Date(useNow(30_000));
  if (limits.length === 0) return null;
  return (
    <section className="grid grid-cols-1 gap-2">
      <h3 className="font-medium">The plan’s limits</h3>
      <ul className="grid grid-cols-1 gap-1.5">
        {limits.map((limit) => (
          <li key={limit.window} className="flex flex-wrap gap-x-2">
            <span>{windowName(limit.window)}:</span>
            {isOver(limit, now) ? (
              <span className="text-ink-faint">begun anew since it was last reported</span>
            ) : (
              <span>
                {limitWords(limit)}
                {limit.resets_at && (
                  <span className="text-ink-faint">
                    {" "}
                    · begins anew <Time at={limit.resets_at} />
                  </span>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
