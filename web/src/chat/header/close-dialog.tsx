import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Session } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Failure } from "@/ui/notice";
import { sessionQuery } from "../queries";

type Props = { core: string; session: Session; open: boolean; onDone: () => void };

export function CloseDialog({ core, session, open, onDone }: Props) {
  const client = useQueryClient();
  const close = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/v1/cores/{core}/sessions/{session}/close", {
          params: { path: { core, session: session.id } },
        }),
      ),
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: sessionQuery(core, session.id).queryKey });
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onDone}
      held={close.isPending}
      title="Close this session for good?"
      description="Its turn and its process end. Its history stays and can be read and forked, but nobody can write in it any more."
    >
      <Failure error={close.error} />
      <DialogActions>
        <Button onClick={onDone} disabled={close.isPending}>
          Cancel
        </Button>
        <Button kind="danger" busy={close.isPending} onClick={() => close.mutate()}>
          Close it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
