import { cn } from "@/ui/class-names";
import { useClipped } from "./use-clipped";

/** A text as it is, the first lines of it until all is asked for. */
export function ClippedText({ text, label, bad = false }: { text: string; label: string; bad?: boolean }) {
  const lines = text.replace(/\n$/, "").split("\n");
  const { shown, more } = useClipped(lines.length, 24);
  return (
    <div className={cn("my-2 overflow-hidden rounded-md border bg-sunken", bad && "border-bad")}>
      <section
        aria-label={label}
        className="max-h-96 overflow-auto whitespace-pre-wrap px-3 py-2 font-mono text-xs leading-5 [overflow-wrap:anywhere]"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard
        tabIndex={0}
      >
        {lines.slice(0, shown).join("\n")}
      </section>
      {more}
    </div>
  );
}
