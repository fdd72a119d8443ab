import { cn } from "./class-names";

const tones = { good: "bg-good", warn: "bg-warn", bad: "bg-bad", plain: "bg-line-strong" } as const;

type Props = { tone: keyof typeof tones; label?: string; lively?: boolean; hollow?: boolean };

/** A state at a glance. What it means is said in words beside it, or here for who cannot see it. */
export function Dot({ tone, label, lively, hollow }: Props) {
  return (
    <span
      className={cn(
        "inline-block size-2 shrink-0 rounded-full",
        hollow ? "border border-line-strong" : tones[tone],
        lively && "animate-pulse",
      )}
      title={label}
    >
      {label && <span className="sr-only">{label}</span>}
    </span>
  );
}
