import { Shield, ShieldAlert } from "lucide-react";
import { useState } from "react";
import type { CoreView, Workspace } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { entrustBlocks } from "./entrusting";
import { TrustDialog } from "./trust-dialog";

type Props = { core: CoreView | undefined; id: string; workspace: Workspace };

/** Whether what the workspace itself says takes effect. */
export function TrustLine({ core, id, workspace }: Props) {
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const { trusted } = workspace;
  const able = entrustBlocks(core, me) === undefined;
  const Icon = trusted ? ShieldAlert : Shield;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
      <p className="flex min-w-0 flex-1 basis-56 items-start gap-1.5 text-ink-soft">
        <Icon className={`mt-0.5 size-4 shrink-0 ${trusted ? "text-warn" : "text-ink-faint"}`} aria-hidden />
        <span className="min-w-0">
          {trusted ? (
            <>
              Trusted by {oneLine(trusted.by.name, 64)} <Time at={trusted.at} />: its own settings, hooks, commands and
              servers take effect. Its code runs without being asked for.
            </>
          ) : (
            "Not trusted: its own settings, hooks, commands and servers have no effect."
          )}
        </span>
      </p>
      <Button size="small" onClick={() => setAsking(true)}>
        {able ? (trusted ? "Trust it no longer…" : "Trust it…") : "What that means"}
      </Button>
      {asking && <TrustDialog core={core} id={id} workspace={workspace} onClose={() => setAsking(false)} />}
    </div>
  );
}
