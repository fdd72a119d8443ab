import { Check, Minus } from "lucide-react";
import { scopeLines } from "./scopes";

/** What a sign-in asked for, and what of it was granted. */
export function Scopes({ granted }: { granted: readonly string[] }) {
  return (
    <section className="grid grid-cols-1 gap-2">
      <h3 className="font-medium">What the Core may do at Claude</h3>
      <ul className="grid grid-cols-1 gap-1.5">
        {scopeLines(granted).map(({ scope, means, asked, granted }) => (
          <li key={scope} className="flex gap-2">
            {granted ? (
              <Check className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
            ) : (
              <Minus className="mt-0.5 size-4 shrink-0 text-ink-faint" aria-hidden />
            )}
            <span className="min-w-0">
              {means} <code className="break-all font-mono text-ink-faint text-xs">{scope}</code>
              <span className="text-ink-faint">
                {granted ? (asked ? " · granted" : " · granted without being asked for") : " · asked for, not granted"}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
