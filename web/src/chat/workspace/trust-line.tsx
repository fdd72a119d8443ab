import { ShieldCheck } from "lucide-react";
import type { Workspace } from "@/api/schema";
import { Time } from "@/ui/time";
import { oneLine } from "../plain-text";

/** Whether what the workspace itself says takes effect. */
export function TrustLine({ workspace: { trusted } }: { workspace: Workspace }) {
  if (!trusted) {
    return (
      <p className="mt-1 text-ink-faint text-sm">
        Not trusted: its own settings, hooks and servers have no effect. An administrator may trust it.
      </p>
    );
  }
  return (
    <p className="mt-1 flex items-start gap-1.5 text-ink-soft text-sm">
      <ShieldCheck className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <span>
        Trusted by {oneLine(trusted.by.name, 64)} <Time at={trusted.at} />: its own settings, hooks and servers take
        effect.
      </span>
    </p>
  );
}
