import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { answer, api } from "@/api/client";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { focusOnArrival } from "@/ui/focus";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { CloneProgress } from "./clone-progress";
import { NewWorkspaceForm } from "./new-workspace-form";
import { keepDraft, nameOf, type WorkspaceDraft } from "./workspace-draft";

/** An empty workspace, or one from a repository: then the dialog shows how far that is, and may be closed meanwhile. */
export function NewWorkspaceDialog({ core, onClose }: { core: CoreView; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [cloning, setCloning] = useState<string>();
  const { data: workspaces } = useQuery(workspacesQuery(core.id));
  const clone = workspaces?.find(({ name }) => name === cloning);
  const open = (workspace: string) =>
    navigate({ to: "/cores/$core/workspaces/$workspace", params: { core: core.id, workspace } });
  const create = useMutation({
    mutationFn: ({ from, name, url, branch }: WorkspaceDraft) => {
      const repository = { url, ...(branch === "" ? {} : { branch }) };
      const body = from === "empty" ? { name } : { name: name || nameOf(url), clone: repository };
      const request = { params: { path: { core: core.id } }, body };
      return answer(api.POST("/api/v1/cores/{core}/workspaces", request));
    },
    onSuccess: async (workspace) => {
      await client.invalidateQueries({ queryKey: workspacesQuery(core.id).queryKey });
      if (workspace.state !== "cloning") keepDraft(core.id, undefined);
    },
  });
  // Whoever has closed the dialog meanwhile stays where they are.
  const submit = (draft: WorkspaceDraft) =>
    create.mutate(draft, {
      onSuccess: ({ name, state }) => {
        if (state === "cloning") return setCloning(name);
        onClose();
        return open(name);
      },
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={cloning === undefined ? "New workspace" : `Cloning “${cloning}”`}
      description={`A folder on “${core.name}” in which sessions work.`}
    >
      {cloning === undefined ? (
        <NewWorkspaceForm core={core} create={create} onSubmit={submit} onCancel={onClose} />
      ) : clone?.state === "failed" ? (
        <>
          <Notice kind="bad">The repository could not be cloned: {oneLine(clone.reason, 500)}</Notice>
          <DialogActions>
            <Button onClick={onClose}>Close</Button>
            <Button kind="primary" onClick={() => setCloning(undefined)} ref={focusOnArrival}>
              Change it
            </Button>
          </DialogActions>
        </>
      ) : clone?.state === "ready" ? (
        <>
          <Notice kind="good">“{cloning}” is ready.</Notice>
          <DialogActions>
            <Button
              kind="primary"
              ref={focusOnArrival}
              onClick={() => {
                keepDraft(core.id, undefined);
                onClose();
                return open(cloning);
              }}
            >
              Open it
            </Button>
          </DialogActions>
        </>
      ) : (
        <>
          {clone ? (
            <CloneProgress phase={clone.phase} percent={clone.percent} />
          ) : (
            <Notice>It is no longer on the list: somebody has stopped it.</Notice>
          )}
          <p className="mt-3 text-ink-soft text-sm">
            It goes on when you close this; the Core’s page shows how far it is.
          </p>
          <DialogActions>
            <Button onClick={onClose} ref={focusOnArrival}>
              Close
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
