/** What has happened to a conversation, in the words for somebody who does not look at it. Pure. */
import { oneLine } from "@/ui/one-line";
import type { Approval, Conversation, Entry, Turn, TurnEnd } from "./model";

const ENDS: Record<TurnEnd["kind"], string> = {
  turn_completed: "Claude has answered",
  turn_failed: "The turn failed",
  turn_interrupted: "Interrupted",
};

/** Empty: what was said last is over. Undefined: nothing that must be said. */
export function news(before: Conversation, after: Conversation): string | undefined {
  // Another history than before is read, and nothing in it is new.
  if (after.seq < before.seq) return "";
  const known = keyed(before.entries);
  const words = new Set<string>();
  let over = false;
  for (const [at, entry] of after.entries.entries()) {
    if (entry.type !== "turn" || entry === before.entries[at]) continue;
    const was = known().get(entry.key);
    const waited = was?.type === "turn" ? waiting(was) : new Map<string, Approval>();
    const waits = waiting(entry);
    for (const [id, approval] of waits) if (!waited.has(id)) words.add(asks(approval));
    over ||= [...waited.keys()].some((id) => !waits.has(id));
    over ||= entry.state === "working" && !(was?.type === "turn" && was.state === "working");
    if (entry.end && !(was?.type === "turn" && was.end)) words.add(ENDS[entry.end.kind]);
  }
  if (words.size > 0) return `${[...words].join(". ")}.`;
  return over ? "" : undefined;
}

/** Made when it is first asked for: mostly, nothing but the newest turn is another. */
function keyed(entries: readonly Entry[]): () => ReadonlyMap<string, Entry> {
  let made: ReadonlyMap<string, Entry> | undefined;
  return () => {
    made ??= new Map(entries.map((entry) => [entry.key, entry]));
    return made;
  };
}

/** What waits for somebody's answer in it. */
function waiting({ blocks }: Turn): Map<string, Approval> {
  const all = new Map<string, Approval>();
  for (const block of blocks) {
    const approval = "approval" in block ? block.approval : undefined;
    if (approval && approval.outcome === undefined) all.set(approval.asked.approval, approval);
  }
  return all;
}

function asks({ asked }: Approval): string {
  if (asked.asks?.type === "questions") return "Claude asks a question";
  if (asked.asks?.type === "plan") return "Claude has a plan, which waits for an answer";
  return `An approval waits: ${oneLine(asked.tool, 80)}`;
}
