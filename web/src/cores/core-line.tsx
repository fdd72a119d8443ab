import type { CoreView } from "@/api/schema";
import { Badge } from "@/ui/badge";
import { Dot } from "@/ui/dot";
import { oneLine } from "@/ui/one-line";
import { Lasting } from "@/ui/time";
import { attention, presence } from "./core-state";

/** A Core's state at a glance. */
export function CoreAttention({ core }: { core: CoreView }) {
  const { tone, text } = attention(core);
  return (
    <span className="flex items-center gap-2 whitespace-nowrap text-ink-soft text-sm">
      <Dot tone={tone} /> {text}
    </span>
  );
}

/** Where it runs, for how long it is there, and with which versions. */
export function CoreLine({ core }: { core: CoreView }) {
  const { link } = core;
  const parts = [
    <span key="host" className="break-all font-mono text-xs">
      {oneLine(core.hostname, 80)}
    </span>,
    <span key="link">
      {presence(core) === "online" ? "online" : "offline"} for <Lasting since={link.since} />
    </span>,
    link.status === "online" && <span key="agent">agent {oneLine(link.agent_version, 30)}</span>,
    core.cli_version && <span key="cli">Claude CLI {oneLine(core.cli_version, 30)}</span>,
  ];
  return <p className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 text-ink-soft text-sm">{parts}</p>;
}

export function Labels({ labels }: { labels: CoreView["labels"] }) {
  const all = Object.entries(labels);
  if (all.length === 0) return null;
  return (
    <ul aria-label="Labels" className="flex min-w-0 flex-wrap gap-1">
      {all.map(([key, value]) => (
        <li key={key} className="max-w-full truncate">
          <Badge>{value === "" ? key : `${key}: ${oneLine(value, 40)}`}</Badge>
        </li>
      ))}
    </ul>
  );
}
