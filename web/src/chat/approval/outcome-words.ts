import { oneLine } from "@/ui/one-line";
import type { Of } from "../conversation/recorded";
import { modeName } from "../words";

// A map has no words but these.
const WITHDRAWN = new Map(
  Object.entries({
    cli: "Claude Code took the question back.",
    turn_ended: "The turn ended before anybody answered.",
    process_ended: "Claude Code ended before anybody answered.",
  }),
);

/** How an approval ended, in a sentence. */
export function outcomeWords(
  { asks }: Of<"approval_requested">,
  outcome: Of<"approval_decided" | "approval_withdrawn">,
): string {
  if (outcome.kind === "approval_withdrawn") return WITHDRAWN.get(outcome.reason) ?? "It was withdrawn.";
  const who = oneLine(outcome.by.name, 80);
  const { decision, through, terms } = outcome;
  if (decision !== "allow") {
    if (asks?.type === "plan") return `${who} had it plan on.`;
    return asks?.type === "questions" ? `${who} did not answer.` : `${who} denied it.`;
  }
  if (asks?.type === "questions") return `${who} answered.`;
  if (asks?.type === "plan") return `${who} let it begin: “${modeName(terms?.mode ?? "default")}”.`;
  if (through === "session") return `${who} had allowed it for this session.`;
  if (through === "bypass") return `${who} lets this session run without asking.`;
  if (terms?.scope !== "session") return terms?.input ? `${who} allowed it as edited.` : `${who} allowed it.`;
  const rules = terms.rules.map((rule) => oneLine(rule)).join(", ");
  return rules === "" ? `${who} allowed this call for the session.` : `${who} allowed for this session: ${rules}`;
}
