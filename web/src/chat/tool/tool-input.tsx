import { oneLine } from "@/ui/one-line";
import { visible } from "../plain-text";
import { ClippedText } from "./clipped-text";
import { DiffView } from "./diff-view";
import { pretty } from "./text-of";
import { understand } from "./understand";

/** Exactly what a tool gets: nothing of it is left out. */
export function ToolInput({ name, input }: { name: string; input: unknown }) {
  const doing = understand(name, input);
  switch (doing.does) {
    case "run":
      return (
        <>
          {doing.about && <p className="text-ink-soft text-xs">{oneLine(doing.about, 500)}</p>}
          <ClippedText text={visible(doing.command)} label="Command" />
          <Rest rest={doing.rest} />
        </>
      );
    case "change":
      return (
        <>
          <p className="break-all font-mono text-ink-soft text-xs">{visible(doing.file)}</p>
          {doing.changes.map((change, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an input never changes
            <DiffView key={at} {...change} />
          ))}
          <Rest rest={doing.rest} />
        </>
      );
    case "other":
      return <ClippedText text={visible(pretty(doing.input))} label="Input" />;
  }
}

function Rest({ rest }: { rest: Readonly<Record<string, unknown>> }) {
  if (Object.keys(rest).length === 0) return null;
  return <ClippedText text={visible(pretty(rest))} label="The rest of the input" />;
}
