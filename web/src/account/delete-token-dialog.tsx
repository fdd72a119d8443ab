import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { TokenView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { focusOnArrival } from "@/ui/focus";
import { Failure } from "@/ui/notice";
import { apiTokensQuery } from "./queries";

export function DeleteTokenDialog({ token, onClose }: { token: TokenView; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      try {
        await answer(api.DELETE("/api/v1/tokens/{token}", { params: { path: { token: token.id } } }));
      } catch (error) {
        // It was deleted already.
        if (!isProblem(error, "not-found")) throw error;
      }
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: apiTokensQuery.queryKey });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete the token “${token.name}”`}
      description="What a program does with it ends at once, and the program is refused from then on."
    >
      <Failure error={remove.error} />
      <DialogActions>
        <Button onClick={onClose} ref={focusOnArrival}>
          Cancel
        </Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  );
}
