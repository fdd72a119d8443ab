import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Folder, FolderSync, FolderX } from "lucide-react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { CoreView, Workspace } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { TrustButton } from "@/trust/trust-button";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { CloneProgress } from "./clone-progress";

const icons = { ready: Folder, cloning: FolderSync, failed: FolderX } as const;

export function WorkspaceRow({ core, workspace }: { core: CoreView; workspace: Workspace }) {
  const Icon = icons[workspace.state];
  return (
    <li className="grid grid-cols-1 gap-2 px-4 py-2">
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
        <Icon className="size-4 shrink-0 text-ink-faint" aria-hidden />
        {workspace.state === "ready" ? (
          <Link
            to="/cores/$core/workspaces/$workspace"
            params={{ core: core.id, workspace: workspace.name }}
            className="min-w-0 flex-1 truncate py-2 font-medium hover:underline"
          >
            {workspace.name}
          </Link>
        ) : (
          <span className="min-w-0 flex-1 truncate font-medium">{workspace.name}</span>
        )}
        {workspace.state === "ready" && <TrustButton core={core} workspace={workspace} />}
        {workspace.state !== "ready" && <Forget core={core} workspace={workspace} />}
      </div>
      {workspace.state === "cloning" && <CloneProgress phase={workspace.phase} percent={workspace.percent} />}
      {workspace.state === "failed" && (
        <p className="break-words text-bad text-sm">It was not made: {oneLine(workspace.reason, 500)}</p>
      )}
    </li>
  );
}

/** Ends a clone, or takes one that failed off the list. */
function Forget({ core, workspace }: { core: CoreView; workspace: Workspace }) {
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: async () => {
      const path = { core: core.id, workspace: workspace.name };
      try {
        await answer(api.DELETE("/api/v1/cores/{core}/workspaces/{workspace}", { params: { path } }));
      } catch (error) {
        // It has ended, or become whole, meanwhile: the list says which.
        if (!isProblem(error, "not-found", "conflict")) throw error;
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: workspacesQuery(core.id).queryKey }),
  });
  return (
    <>
      <Button busy={forget.isPending} onClick={() => forget.mutate()}>
        {workspace.state === "cloning" ? "Stop" : "Remove"}
      </Button>
      <Failure error={forget.error} className="basis-full" />
    </>
  );
}
