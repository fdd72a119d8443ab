import type { CoreView } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { useNow } from "@/ui/clock";
import { Notice } from "@/ui/notice";
import { warnings } from "./warnings";

export function ClaudeWarnings({ core }: { core: CoreView }) {
  const me = useMe();
  const now = new Date(useNow(20_000));
  const all = warnings(core, core.claude, me, now);
  if (all.length === 0) return null;
  return (
    <div className="grid grid-cols-1 gap-2">
      {all.map(({ kind, text }) => (
        <Notice key={text} kind={kind}>
          {text}
        </Notice>
      ))}
    </div>
  );
}
