import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Terminal } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogClose } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Failure } from "@/ui/notice";
import { renameTerminal } from "./queries";

type Props = { core: string; terminal: Terminal; onRenamed: (terminal: Terminal) => void; onDone: () => void };

export function RenameDialog({ core, terminal, onRenamed, onDone }: Props) {
  const [name, setName] = useState(terminal.name ?? "");
  const rename = useMutation({
    mutationFn: () => renameTerminal(core, terminal.id, name.trim()),
    onSuccess: (renamed) => {
      onRenamed(renamed);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <Dialog open onOpenChange={onDone} title="Rename the terminal" description="Everybody sees this name.">
      <form onSubmit={submit}>
        <Field label="Name">
          {(ties) => (
            <Input {...ties} value={name} maxLength={64} required onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        <Failure error={rename.error} className="mt-3" />
        <DialogActions>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" kind="primary" busy={rename.isPending} disabled={name.trim() === ""}>
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
