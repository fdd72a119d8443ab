import { useMutation } from "@tanstack/react-query";
import type { Terminal } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogClose } from "@/ui/dialog";
import { Failure } from "@/ui/notice";
import { company, terminalName } from "./naming";
import { closeTerminal } from "./queries";

type Props = { core: string; terminal: Terminal; onClosed: () => void; onDone: () => void };

/** A terminal that runs is closed on purpose only. */
export function CloseDialog({ core, terminal, onClosed, onDone }: Props) {
  const close = useMutation({
    mutationFn: () => closeTerminal(core, terminal.id),
    onSuccess: () => {
      onClosed();
      onDone();
    },
  });
  const others = company(terminal, "writer");
  return (
    <Dialog
      open
      onOpenChange={onDone}
      title={`Close “${terminalName(terminal)}”?`}
      description="Everything that runs in it ends, also what was left in the background."
    >
      {others !== "" && <p className="text-sm">You are not alone in it: {others}.</p>}
      <Failure error={close.error} className="mt-3" />
      <DialogActions>
        <DialogClose asChild>
          <Button>Keep it</Button>
        </DialogClose>
        <Button kind="danger" busy={close.isPending} onClick={() => close.mutate()}>
          Close it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
