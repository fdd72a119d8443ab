import { Badge } from "@/ui/badge";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import type { Turn } from "../conversation/model";
import { upright } from "../plain-text";
import { useClipped } from "../tool/use-clipped";

/** What a person said. */
export function MessageRow({ core, session, turn }: { core: string; session: string; turn: Turn }) {
  const { by, text, images, state, at, behind } = turn;
  const lines = upright(text).split("\n");
  const { shown, more } = useClipped(lines.length, 40);
  return (
    <article
      className="my-2 rounded-xl border bg-surface px-4 py-3"
      aria-label={`Message of ${oneLine(by?.name ?? "", 80)}`}
    >
      <header className="mb-1 flex min-h-5 items-center gap-2 text-ink-faint text-xs">
        <span className="min-w-0 truncate font-medium text-ink-soft">{oneLine(by?.name ?? "", 80)}</span>
        <Time at={at} />
        {state === "waiting" && <Badge>{behind ? "Waits for its turn" : "Claude Code starts"}</Badge>}
      </header>
      <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{lines.slice(0, shown).join("\n")}</p>
      {more}
      {images.length > 0 && (
        <ul className="mt-2 flex flex-wrap gap-2">
          {images.map(({ hash, width, height }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a message never changes, and may show one picture twice
            <li key={place} className="max-w-full">
              <a
                href={`/api/v1/cores/${core}/sessions/${session}/images/${encodeURIComponent(hash)}`}
                target="_blank"
                rel="noreferrer noopener"
                aria-label={`Picture, ${width} by ${height}`}
              >
                <img
                  src={`/api/v1/cores/${core}/sessions/${session}/images/${encodeURIComponent(hash)}`}
                  alt=""
                  loading="lazy"
                  className="h-32 max-w-full rounded-md border bg-sunken object-contain"
                  style={{ aspectRatio: `${Math.max(1, width)} / ${Math.max(1, height)}` }}
                />
              </a>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
