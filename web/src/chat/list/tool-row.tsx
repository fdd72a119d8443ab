import { ApprovalCard } from "../approval/approval-card";
import { Outcome } from "../approval/outcome";
import type { Tool } from "../conversation/model";
import { oneLine } from "../plain-text";
import { ToolInput } from "../tool/tool-input";
import { ToolOutput } from "../tool/tool-output";
import { summary } from "../tool/understand";
import { Fold } from "./fold";

type Props = {
  core: string;
  session: string;
  tool: Tool;
  name: string;
  /** The turn is over: nothing more will come. */
  over: boolean;
};

/** A tool that was used: what it was for in a line; its input, who allowed it and what came of it below. */
export function ToolRow({ core, session, tool, name, over }: Props) {
  const { approval, result } = tool;
  if (approval && !approval.outcome && !over) {
    return <ApprovalCard core={core} session={session} asked={approval.asked} />;
  }
  return (
    <Fold
      name={name}
      summary={
        <>
          <span className="shrink-0 font-medium text-ink">{oneLine(tool.name, 48)}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-xs">{summary(tool.name, tool.input)}</span>
          <State tool={tool} over={over} />
        </>
      }
    >
      {() => (
        <>
          <ToolInput name={tool.name} input={tool.input} />
          {approval && <Outcome approval={approval} />}
          {result && <ToolOutput content={result.content} isError={result.isError} />}
        </>
      )}
    </Fold>
  );
}

function State({ tool: { result, approval }, over }: Pick<Props, "tool" | "over">) {
  const denied = approval?.outcome?.kind === "approval_decided" && approval.outcome.decision === "deny";
  if (denied) return <span className="shrink-0 text-warn-text text-xs">denied</span>;
  if (result?.isError) return <span className="shrink-0 text-bad text-xs">failed</span>;
  if (result) return null;
  return <span className="shrink-0 text-ink-faint text-xs">{over ? "no result" : "runs…"}</span>;
}
