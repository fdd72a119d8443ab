import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure } from "@/ui/notice";
import { canWriteLabels, isCoreName, NAME_HINT, readLabels, writeLabels } from "./core-name";
import { LabelsField } from "./labels-field";

export function EditCoreDialog({ core, onClose }: { core: CoreView; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(core.name);
  const editable = canWriteLabels(core.labels);
  const [labels, setLabels] = useState(() => writeLabels(core.labels));
  const read = readLabels(labels);
  const change = useMutation({
    mutationFn: () => {
      const body = { name, ...(editable && "labels" in read ? { labels: read.labels } : {}) };
      return answer(api.PATCH("/api/v1/cores/{core}", { params: { path: { core: core.id } }, body }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["cores"], exact: true });
      onClose();
    },
  });
  const taken = isProblem(change.error, "conflict");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isCoreName(name) && "labels" in read) change.mutate();
  };
  const wrong = !isCoreName(name) ? NAME_HINT : taken ? "Another Core has this name." : undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Name and labels"
      description={`What “${core.name}” is called here. Nothing changes on its host.`}
    >
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label="Name" error={wrong}>
          {(ties) => (
            <Input
              {...ties}
              ref={focusOnArrival}
              value={name}
              onChange={(event) => {
                setName(event.target.value);
                change.reset();
              }}
              maxLength={63}
              spellCheck={false}
              autoCapitalize="none"
              required
            />
          )}
        </Field>
        {editable && <LabelsField text={labels} onChange={setLabels} read={read} />}
        {!taken && <Failure error={change.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={change.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
