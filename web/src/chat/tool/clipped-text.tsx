import { cn } from "@/ui/class-names";
import { useClipped } from "./use-clipped";

/** A line may be as long as it likes, and a browser is busy with one of a megabyte for a long time. */
const LONGEST = 20_000;

/** A text as it is, the first lines of it until all is asked for. */
export function ClippedText({ text, label, bad = false }: { text: string; label: string; bad?: boolean }) {
  const lines = text.replace(/\n$/, "").split("\n");
  const { shown, whole, more } = useClipped(lines.length, 24, text.length > LONGEST);
  const first = lines.slice(0, shown).join("\n");
  return (
    <div className={cn("my-2 overflow-hidden rounded-md border bg-sunken", bad && "border-bad")}>
      <section
        aria-label={label}
        className="max-h-96 overflow-auto whitespace-pre-wrap px-3 py-2 font-mono text-xs leading-5 [overflow-wrap:anywhere]"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard
        tabIndex={0}
      >
        {whole ? first : first.slice(0, LONGEST)}
      </section>
      {more}
    </div>
  );
}
