import { Outcome } from "../approval/outcome";
import type { Tool } from "../conversation/model";
import { Markdown } from "../markdown/markdown";
import { visible } from "../plain-text";
import { ToolInput } from "../tool/tool-input";
import { ToolOutput } from "../tool/tool-output";

/** All of a tool's use. */
export function ToolBody({ tool: { name, input, approval, result } }: { tool: Tool }) {
  const asks = approval?.asked.asks;
  const output = result && <ToolOutput content={result.content} isError={result.isError} />;
  if (asks?.type === "questions" || asks?.type === "plan") {
    return (
      <>
        {asks.type === "plan" && asks.plan.trim() !== "" && <Markdown text={asks.plan} />}
        {asks.type === "questions" && !answered(approval) && (
          <ul className="text-sm">
            {asks.questions.map(({ question }) => (
              <li key={question}>{visible(question)}</li>
            ))}
          </ul>
        )}
        {approval && <Outcome approval={approval} />}
        {result?.isError && output}
      </>
    );
  }
  return (
    <>
      <ToolInput name={name} input={input} />
      {approval && <Outcome approval={approval} />}
      {output}
    </>
  );
}

/** Its questions stand beside their answers then. */
function answered(approval: Tool["approval"]): boolean {
  const outcome = approval?.outcome;
  return outcome?.kind === "approval_decided" && Boolean(outcome.terms?.answers);
}
