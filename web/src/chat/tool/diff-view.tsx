import { useMemo } from "react";
import { cn } from "@/ui/class-names";
import { visible } from "../plain-text";
import { diff, folded } from "./diff";
import type { Change } from "./understand";
import { useClipped } from "./use-clipped";

const looks = {
  same: ["", " "],
  removed: ["bg-bad-soft", "−"],
  added: ["bg-good-soft", "+"],
} as const;

/** Lines of a change, as they were and as they are to be. */
export function DiffView({ before, after }: Change) {
  const pieces = useMemo(() => folded(diff(visible(before), visible(after))), [before, after]);
  const { shown, more } = useClipped(pieces.length, 60);
  return (
    <div className="my-2 overflow-hidden rounded-md border">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard */}
      <section className="overflow-x-auto" tabIndex={0} aria-label="Changes">
        <table className="w-full border-collapse font-mono text-xs leading-5">
          <tbody>
            {pieces.slice(0, shown).map((piece, at) => {
              const key = `${at}`;
              if (piece.kind === "skipped") {
                return (
                  <tr key={key} className="bg-sunken text-ink-faint">
                    <td className="px-2" colSpan={3}>
                      {piece.count === 1 ? "1 line" : `${piece.count} lines`} as before
                    </td>
                  </tr>
                );
              }
              const [look, sign] = looks[piece.kind];
              return (
                <tr key={key} className={look}>
                  <td className="w-8 select-none px-1.5 text-right align-top text-ink-faint">
                    {piece.after ?? piece.before}
                  </td>
                  <td className="w-4 select-none align-top">
                    <span aria-hidden>{sign}</span>
                    {piece.kind !== "same" && <span className="sr-only">{piece.kind}</span>}
                  </td>
                  <td className={cn("whitespace-pre pr-3", piece.kind === "same" && "text-ink-soft")}>{piece.text}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {more}
    </div>
  );
}
