import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";
import { oneLine } from "../plain-text";
import { MODELS } from "./models";

type Props = { model: string | undefined; onChange: (model: string) => void };

/** Which model answers. The Core says so where the CLI knows none of that name. */
export function ModelChoice({ model, onChange }: Props) {
  const [asking, setAsking] = useState(false);
  const name = MODELS.find(([it]) => it === (model ?? "default"))?.[1] ?? oneLine(model ?? "", 28);
  return (
    <>
      <Menu
        trigger={
          <Button kind="quiet" size="small" className="min-w-0 shrink" aria-label={`Model: ${name}`}>
            <span className="truncate">{name}</span>
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        <MenuLabel>Model</MenuLabel>
        <MenuChoice value={model ?? "default"} onChange={onChange} choices={MODELS} />
        <MenuSeparator />
        <MenuItem onSelect={() => setAsking(true)}>Another…</MenuItem>
      </Menu>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Another model"
        description="A name that Claude Code lists, or a full one such as claude-opus-4-8."
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const wanted = new FormData(event.currentTarget).get("model");
            if (typeof wanted !== "string" || wanted.trim() === "") return;
            onChange(wanted.trim());
            setAsking(false);
          }}
        >
          <Field label="Model">
            {(ties) => (
              <Input
                {...ties}
                name="model"
                defaultValue={model ?? ""}
                maxLength={128}
                spellCheck={false}
                autoCapitalize="none"
                required
              />
            )}
          </Field>
          <DialogActions>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button type="submit" kind="primary">
              Use it
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
