import { Disc, Eye } from "lucide-react";
import type { Terminal } from "@/api/schema";
import { Dot } from "@/ui/dot";
import { Tip } from "@/ui/tip";
import type { Attached } from "./attached";
import { company, ending } from "./naming";

type Props = { attached: Attached; terminal: Terminal };

/** Beneath a terminal: how it stands, whether it is recorded, and who else is there. */
export function StatusLine({ attached, terminal }: Props) {
  const { size, live, looksOn, recorded } = attached;
  // While this page is away, the one that is still counted may be itself.
  const others = live ? company(terminal, looksOn ? "observer" : "writer") : "";
  const { tone, text } = standing(attached);
  return (
    <div className="flex h-7 shrink-0 pointer-coarse:h-9 items-center gap-3 overflow-hidden whitespace-nowrap border-t px-3 text-ink-faint text-xs">
      <span className="flex items-center gap-1.5">
        <Dot tone={tone} />
        {text}
      </span>
      {(size === undefined ? terminal.recorded : recorded) && (
        <Tip text="What this terminal shows is kept as a recording. What is typed is not.">
          <button type="button" className="flex h-full cursor-help items-center gap-1 rounded font-medium text-bad">
            <Disc className="size-3.5" aria-hidden /> Recorded
          </button>
        </Tip>
      )}
      {others !== "" && (
        <span className="flex min-w-0 items-center gap-1">
          <Eye className="size-3.5 shrink-0" aria-hidden />
          <span className="truncate">{others}</span>
        </span>
      )}
      <span className="flex-1" />
      {size !== undefined && (
        <span className="tabular-nums">
          {size.columns} × {size.rows}
        </span>
      )}
    </div>
  );
}

function standing(attached: Attached): { tone: "good" | "warn" | "plain"; text: string } {
  if (attached.exited !== undefined) return { tone: "plain", text: ending(attached.exited) };
  if (attached.live) return { tone: "good", text: attached.looksOn ? "Looking on" : "Live" };
  return attached.standing.state === "ended"
    ? { tone: "plain", text: "Not connected" }
    : { tone: "warn", text: "Connecting" };
}
