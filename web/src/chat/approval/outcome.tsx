import { Check, Clock, X } from "lucide-react";
import { isProblem } from "@/api/problem";
import type { Decision } from "@/api/schema";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import type { Approval } from "../conversation/model";
import { visible } from "../plain-text";
import { ClippedText } from "../tool/clipped-text";
import { pretty } from "../tool/text-of";
import { ToolInput } from "../tool/tool-input";
import { outcomeWords } from "./outcome-words";

/** Who decided an approval, and how. */
export function Outcome({ approval: { asked, outcome } }: { approval: Approval }) {
  if (!outcome) return null;
  const allowed = outcome.kind === "approval_decided" && outcome.decision === "allow";
  const Icon = outcome.kind === "approval_withdrawn" ? Clock : allowed ? Check : X;
  const { input, answers } = (outcome.kind === "approval_decided" && outcome.terms) || {};
  return (
    <div className="my-1 text-ink-soft text-xs">
      <p className="flex items-start gap-1.5">
        <Icon
          className={`mt-0.5 size-3.5 shrink-0 ${allowed ? "text-good" : outcome.kind === "approval_decided" ? "text-bad" : "text-ink-faint"}`}
          aria-hidden
        />
        <span className="min-w-0 break-words">{outcomeWords(asked, outcome)}</span>
      </p>
      {outcome.kind === "approval_decided" && outcome.message && (
        <p className="mt-1 ml-5 whitespace-pre-wrap break-words">{visible(outcome.message)}</p>
      )}
      {input && (
        <div className="mt-1 ml-5">
          <p>It got this instead:</p>
          <ToolInput name={asked.tool} input={input} />
        </div>
      )}
      {answers && (
        <dl className="mt-1 ml-5 grid gap-1">
          {Object.entries(answers).map(([question, answer]) => (
            <div key={question}>
              <dt>{oneLine(question, 500)}</dt>
              <dd className="whitespace-pre-wrap break-words text-ink">
                {typeof answer === "string" ? visible(answer) : <ClippedText text={pretty(answer)} label="Answer" />}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** Said until the event comes that says the same to everybody. */
export function TooLate({ error, decision }: { error: unknown; decision: Decision | undefined }) {
  if (isProblem(error, "approval-decided")) {
    const { decided_by: by, decision: theirs } = error.members;
    const who = typeof by === "string" ? oneLine(by, 80) : "Somebody";
    return (
      <Notice kind="warn">
        Too late: {who} has already {theirs === "allow" ? "allowed" : "denied"} it.
      </Notice>
    );
  }
  if (error !== null) return <Notice>It is no longer asked for.</Notice>;
  return <Notice kind="good">{decision === "allow" ? "You allowed it." : "You denied it."}</Notice>;
}
