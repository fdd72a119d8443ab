import { Shield, ShieldAlert } from "lucide-react";
import { useState } from "react";
import type { CoreView, Workspace } from "@/api/schema";
import { Button } from "@/ui/button";
import { TrustDialog } from "./trust-dialog";

type Props = { core: CoreView; workspace: Workspace };

/** Whether a workspace of a list is trusted, and the way to what that means. */
export function TrustButton({ core, workspace }: Props) {
  const [asking, setAsking] = useState(false);
  const words = workspace.trusted ? "Trusted" : "Not trusted";
  return (
    <>
      <Button
        kind="quiet"
        size="small"
        className={workspace.trusted ? "text-warn-text" : "font-normal text-ink-faint"}
        aria-label={`${words}: what that means for ${workspace.name}`}
        onClick={() => setAsking(true)}
      >
        {workspace.trusted ? <ShieldAlert aria-hidden /> : <Shield aria-hidden />}
        {words}
      </Button>
      {asking && <TrustDialog core={core} id={core.id} workspace={workspace} onClose={() => setAsking(false)} />}
    </>
  );
}
