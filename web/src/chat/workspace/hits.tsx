import { Link } from "@tanstack/react-router";
import type { Hit } from "@/api/schema";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { visible } from "../plain-text";

type Props = { core: string; hits: readonly Hit[] | undefined; error: unknown; busy: boolean };

/** What was found, the best first. */
export function Hits({ core, hits, error, busy }: Props) {
  return (
    <div>
      <Failure error={error} />
      <p role="status" className="min-h-5 text-ink-faint text-xs">
        {hits === undefined
          ? busy && "Searching…"
          : hits.length === 0
            ? "Nothing was found."
            : hits.length === 1
              ? "1 place"
              : `${hits.length} places`}
      </p>
      <ul className="grid gap-1">
        {hits?.map(({ session, title, event, seq, at, by, snippet }) => (
          <li key={`${session}/${event}`}>
            <Link
              to="/cores/$core/sessions/$session"
              params={{ core, session }}
              search={{ at: seq }}
              className="-mx-2 block rounded-lg px-2 py-2 hover:bg-sunken"
            >
              <span className="flex gap-2 text-ink-faint text-xs">
                <span className="min-w-0 truncate font-medium text-ink-soft">
                  {oneLine(title ?? "A session without a name")}
                </span>
                <span className="shrink-0">
                  {oneLine(by?.name ?? "Claude", 64)}, <Time at={at} />
                </span>
              </span>
              <span className="block break-words text-sm">
                {snippet.map(({ text, found }, place) =>
                  found ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a snippet never changes
                    <mark key={place} className="rounded-sm bg-accent-soft text-accent-text">
                      {visible(text)}
                    </mark>
                  ) : (
                    visible(text)
                  ),
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
