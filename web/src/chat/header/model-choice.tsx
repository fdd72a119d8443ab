import { ChevronDown } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/ui/button";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";
import { oneLine } from "@/ui/one-line";
import { AnotherModelDialog } from "./another-model-dialog";
import { choices, MODELS } from "./models";

type Props = { model: string | undefined; onChange: (model: string) => void };

/** Which model answers. The Core says so where the CLI knows none of that name. */
export function ModelChoice({ model = "default", onChange }: Props) {
  const [asking, setAsking] = useState(false);
  const another = useRef(false);
  const name = MODELS.find(([it]) => it === model)?.[1] ?? oneLine(model, 28);
  return (
    <>
      <Menu
        // The menu gives the focus back to its button first, which then has it again when the dialog closes.
        onCloseAutoFocus={() => {
          setAsking(another.current);
          another.current = false;
        }}
        trigger={
          <Button kind="quiet" size="small" className="min-w-0 shrink" aria-label={`Model: ${name}`}>
            <span className="truncate">{name}</span>
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        <MenuLabel>Model</MenuLabel>
        <MenuChoice value={model} onChange={onChange} choices={choices(model, name)} />
        <MenuSeparator />
        <MenuItem
          onSelect={() => {
            another.current = true;
          }}
        >
          Another…
        </MenuItem>
      </Menu>
      {asking && <AnotherModelDialog model={model} onChoose={onChange} onClose={() => setAsking(false)} />}
    </>
  );
}
