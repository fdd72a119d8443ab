import { memo } from "react";
import { oneLine } from "@/ui/one-line";
import { ApprovalCard } from "../approval/approval-card";
import { Outcome } from "../approval/outcome";
import type { Block } from "../conversation/model";
import type { Row } from "../conversation/rows";
import { Markdown } from "../markdown/markdown";
import { Aside } from "./aside";
import { MessageRow } from "./message-row";
import { ThinkingRow } from "./thinking-row";
import { ToolRow } from "./tool-row";
import { TurnEndRow } from "./turn-end-row";

type Props = { core: string; session: string; row: Row };

/** One thing in the conversation. */
export const RowView = memo(function RowView({ core, session, row }: Props) {
  switch (row.type) {
    case "message":
      return <MessageRow core={core} session={session} turn={row.turn} />;
    case "block":
      return (
        <BlockView core={core} session={session} block={row.block} name={row.key} over={row.turn.state === "over"} />
      );
    case "end":
      return <TurnEndRow turn={row.turn} />;
    case "aside":
      return <Aside aside={row.aside} name={row.key} />;
  }
});

type BlockProps = { core: string; session: string; block: Block; name: string; over: boolean };

const BlockView = memo(function BlockView({ core, session, block, name, over }: BlockProps) {
  switch (block.type) {
    case "text":
      return (
        <div className="py-1.5">
          <Markdown text={block.text} streaming={block.streaming} />
        </div>
      );
    case "thinking":
      return <ThinkingRow said={block} name={name} />;
    case "tool":
      return <ToolRow core={core} session={session} tool={block} name={name} over={over} />;
    case "asked":
      return block.approval.outcome ? (
        <div className="py-1 text-sm">
          Claude asked for {oneLine(block.approval.asked.tool, 80)}.
          <Outcome approval={block.approval} />
        </div>
      ) : (
        <ApprovalCard core={core} session={session} asked={block.approval.asked} />
      );
    case "note":
    case "unknown":
      return <Aside aside={block} name={name} />;
  }
});
