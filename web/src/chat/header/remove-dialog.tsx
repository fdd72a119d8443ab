import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import type { Session } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Failure } from "@/ui/notice";
import { sessionTitle } from "../session-title";

type Props = { core: string; session: Session; open: boolean; onDone: () => void };

export function RemoveDialog({ core, session, open, onDone }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () =>
      answer(
        api.DELETE("/api/v1/cores/{core}/sessions/{session}", { params: { path: { core, session: session.id } } }),
      ),
    // The lists follow; nobody waits for them.
    onSuccess: () => void client.invalidateQueries({ queryKey: ["cores", core, "sessions"] }),
  });
  const { workspace } = session;
  // Whoever has gone elsewhere meanwhile stays there.
  const submit = () =>
    remove.mutate(undefined, {
      onSuccess: () => navigate({ to: "/cores/$core/workspaces/$workspace", params: { core, workspace } }),
    });
  return (
    <Dialog
      open={open}
      onOpenChange={onDone}
      held={remove.isPending}
      title="Remove this session?"
      description={`“${sessionTitle(session)}” and all that was said in it are gone for good, for everybody. The files in the workspace stay.`}
    >
      <Failure error={remove.error} />
      <DialogActions>
        <Button onClick={onDone} disabled={remove.isPending}>
          Cancel
        </Button>
        <Button kind="danger" busy={remove.isPending} onClick={submit}>
          Remove it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
