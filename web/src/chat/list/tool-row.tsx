import { oneLine } from "@/ui/one-line";
import { ApprovalCard } from "../approval/approval-card";
import type { Tool } from "../conversation/model";
import { summary } from "../tool/understand";
import { Fold } from "./fold";
import { ToolBody } from "./tool-body";

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
  const { approval } = tool;
  if (approval && !approval.outcome && !over) {
    return <ApprovalCard core={core} session={session} asked={approval.asked} />;
  }
  return (
    <Fold
      name={name}
      initially={approval?.asked.asks?.type === "questions" || approval?.asked.asks?.type === "plan"}
      summary={
        <>
          <span className="shrink-0 font-medium text-ink">{oneLine(tool.name, 48)}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-xs">{summary(tool.name, tool.input)}</span>
          <State tool={tool} over={over} />
        </>
      }
    >
      {() => <ToolBody tool={tool} />}
    </Fold>
  );
}

function State({ tool: { result, approval }, over }: Pick<Props, "tool" | "over">) {
  const decided = approval?.outcome?.kind === "approval_decided" ? approval.outcome : undefined;
  const by = decided ? oneLine(decided.by.name, 40) : "";
  if (decided?.decision === "deny") return <span className="shrink-0 text-warn-text text-xs">denied by {by}</span>;
  if (result?.isError) return <span className="shrink-0 text-bad text-xs">failed</span>;
  if (!result) return <span className="shrink-0 text-ink-faint text-xs">{over ? "no result" : "runs…"}</span>;
  if (decided?.through !== "answer") return null;
  return <span className="hidden shrink-0 text-ink-faint text-xs sm:inline">allowed by {by}</span>;
}
