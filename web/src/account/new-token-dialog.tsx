import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { Button } from "@/ui/button";
import { CommandLine } from "@/ui/command-line";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure, Notice } from "@/ui/notice";
import { apiTokensQuery } from "./queries";

/** The secret is shown here and never again. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/tokens", { body: { name: name.trim() } })),
    onSuccess: () => client.invalidateQueries({ queryKey: apiTokensQuery.queryKey }),
    // The secret goes from memory with the dialog.
    gcTime: 0,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== "") create.mutate();
  };
  return (
    <Dialog
      open
      held={create.isPending || create.data !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={create.data ? `The token “${create.data.name}”` : "New API token"}
      description={
        create.data
          ? "Keep it where only its program can read it."
          : "It acts as you until it is deleted; it does not lapse."
      }
    >
      {create.data ? (
        <>
          <Notice kind="warn" className="mb-3">
            It is shown only now. Whoever has it acts as you.
          </Notice>
          <CommandLine label="The secret" text={create.data.token} secret />
          <p className="mt-3 text-ink-soft text-sm">
            A program exchanges it at <code className="break-all font-mono text-xs">POST /api/v1/token</code>, in the
            header <code className="font-mono text-xs">Authorization: Bearer</code>, for an access token that lasts some
            minutes.
          </p>
          <DialogActions>
            <Button kind="primary" onClick={onClose} ref={focusOnArrival}>
              I have kept it
            </Button>
          </DialogActions>
        </>
      ) : (
        <form onSubmit={submit} className="grid grid-cols-1 gap-4">
          <Field label="Name" hint="What it is for, as in “nightly build”.">
            {(ties) => (
              <Input
                {...ties}
                ref={focusOnArrival}
                value={name}
                onChange={(event) => setName(event.target.value)}
                maxLength={64}
                autoComplete="off"
                required
              />
            )}
          </Field>
          <Failure error={create.error} />
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" kind="primary" busy={create.isPending}>
              Make it
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
