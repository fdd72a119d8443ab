import type { Said } from "../conversation/model";
import { Markdown } from "../markdown/markdown";
import { Fold } from "./fold";

export function ThinkingRow({ said, name }: { said: Said; name: string }) {
  if (said.text.trim() === "" && !said.streaming) return null;
  return (
    <Fold name={name} summary={<span>{said.streaming ? "Thinking…" : "Thought"}</span>}>
      {() => (
        <div className="py-1 text-ink-soft text-sm">
          <Markdown text={said.text} streaming={said.streaming} />
        </div>
      )}
    </Fold>
  );
}
