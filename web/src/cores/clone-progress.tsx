import type { Phase } from "@/api/schema";

const PHASES: Record<Phase, string> = {
  connecting: "Connecting",
  preparing: "The server prepares it",
  receiving: "Receiving",
  resolving: "Resolving what was received",
  checking_out: "Checking out the files",
};

/** How far a clone is, in git's own phases: each counts to a hundred by itself. */
export function CloneProgress({ phase, percent }: { phase: Phase; percent: number }) {
  const part = Math.min(100, Math.max(0, percent));
  return (
    <div className="grid grid-cols-1 gap-1 text-sm">
      <div className="flex justify-between gap-3 text-ink-soft">
        <span role="status">{PHASES[phase]}…</span>
        {phase !== "connecting" && <span className="tabular-nums">{part} %</span>}
      </div>
      <progress
        value={phase === "connecting" ? undefined : part}
        max={100}
        aria-label={PHASES[phase]}
        className="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
      />
    </div>
  );
}
