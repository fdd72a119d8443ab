import { type SyntheticEvent, useId, useState } from "react";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { MODELS, modelFault } from "./models";

type Props = { model: string; onChoose: (model: string) => void; onClose: () => void };

/** Any model by its name. Whether there is one of it, Claude Code on the Core knows. */
export function AnotherModelDialog({ model, onChoose, onClose }: Props) {
  const list = useId();
  const [name, setName] = useState(model === "default" ? "" : model);
  const [tried, setTried] = useState(false);
  const wanted = name.trim();
  const fault = modelFault(wanted);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault !== undefined) return;
    onChoose(wanted);
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Another model"
      description="A name that Claude Code lists, or a full one such as claude-opus-4-8. The Core says so where it is none."
    >
      <form onSubmit={submit} noValidate>
        <Field label="Model" error={tried ? fault : undefined}>
          {(ties) => (
            <Input
              {...ties}
              ref={focusOnArrival}
              list={list}
              className="font-mono text-sm"
              value={name}
              onChange={(event) => setName(event.target.value)}
              onFocus={(event) => event.target.select()}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          )}
        </Field>
        <datalist id={list}>
          {MODELS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </datalist>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">
            Use it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
