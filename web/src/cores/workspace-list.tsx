import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { isOthersPlan, presence } from "./core-state";
import { NewWorkspaceDialog } from "./new-workspace-dialog";
import { WorkspaceRow } from "./workspace-row";

/** The folders in which sessions work, those that are being cloned included. */
export function WorkspaceList({ core }: { core: CoreView }) {
  const me = useMe();
  const [making, setMaking] = useState(false);
  const online = presence(core) === "online";
  const { data: workspaces, error, isPending } = useQuery({ ...workspacesQuery(core.id), enabled: online });
  return (
    <section aria-labelledby="workspaces" className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="workspaces" className="font-semibold text-lg">
          Workspaces
        </h2>
        <Button
          kind={workspaces?.length === 0 ? "primary" : "plain"}
          disabled={!online || isOthersPlan(core, me)}
          onClick={() => setMaking(true)}
        >
          <Plus aria-hidden /> New workspace
        </Button>
      </div>
      {online && <Failure error={error} />}
      {online && isPending && <p className="text-ink-faint text-sm">Asking the Core for its workspaces…</p>}
      {!online && !workspaces && <p className="text-ink-faint text-sm">They are shown when the Core is back.</p>}
      {workspaces?.length === 0 && (
        <p className="rounded-xl border bg-surface p-6 text-center text-ink-soft text-sm">
          No workspace yet. A workspace is a folder on the Core in which sessions work.
        </p>
      )}
      {workspaces && workspaces.length > 0 && (
        <>
          <ul className="divide-y divide-line rounded-xl border bg-surface">
            {workspaces.map((workspace) => (
              <WorkspaceRow key={workspace.name} core={core} workspace={workspace} />
            ))}
          </ul>
          <p className="text-ink-faint text-sm">
            Where one is trusted, its own settings, hooks, commands and servers take effect: its code runs without being
            asked for.
          </p>
        </>
      )}
      {making && <NewWorkspaceDialog core={core} onClose={() => setMaking(false)} />}
    </section>
  );
}
