/** What an allowance for the session would cover, as the CLI's settings spell it. */
import { isRecord } from "@/api/shape";
import { oneLine } from "@/ui/one-line";

export function sessionRules(suggestions: unknown): string[] {
  if (!Array.isArray(suggestions)) return [];
  const adding = suggestions.find(
    (suggestion) => isRecord(suggestion) && suggestion.type === "addRules" && suggestion.behavior === "allow",
  );
  if (!isRecord(adding) || !Array.isArray(adding.rules)) return [];
  return adding.rules.flatMap((rule: unknown) => {
    if (!isRecord(rule) || typeof rule.toolName !== "string") return [];
    return [oneLine(typeof rule.ruleContent === "string" ? `${rule.toolName}(${rule.ruleContent})` : rule.toolName)];
  });
}
