import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { type Place, removeServer, serversQuery } from "./place";

type Props = { place: Place; name: string; onClose: () => void };

export function RemoveServerDialog({ place, name, onClose }: Props) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeServer(place, name),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: serversQuery(place).queryKey });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !remove.isPending && onClose()}
      title={`Remove “${oneLine(name, 64)}”?`}
      description="Its secrets are gone with it. Processes that have nothing to do end; a turn in progress still has it."
    >
      <Failure error={remove.error} />
      <DialogActions>
        <Button onClick={onClose} disabled={remove.isPending}>
          Cancel
        </Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
