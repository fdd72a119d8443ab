import { Check, ChevronsUpDown } from "lucide-react";
import type { CoreView } from "@/api/schema";
import { attention, presence } from "@/cores/core-state";
import { Button } from "@/ui/button";
import { Dot } from "@/ui/dot";
import { Menu, MenuItem, MenuLabel } from "@/ui/menu";
import { oneLine } from "@/ui/one-line";

type Props = { cores: readonly CoreView[]; core: CoreView; onPick: (core: string) => void };

/** Whose terminals these are, and where there are several Cores the way to another one's. */
export function CorePicker({ cores, core, onPick }: Props) {
  const name = oneLine(core.name, 64);
  if (cores.length < 2) return <span className="min-w-0 flex-1 truncate px-1 font-medium text-sm">{name}</span>;
  return (
    <div className="flex min-w-0 flex-1">
      <Menu
        align="start"
        trigger={
          <Button
            kind="quiet"
            size="small"
            className="min-w-0 shrink text-ink"
            aria-label={`Terminals of ${name}. Others`}
          >
            <span className="truncate">{name}</span>
            <ChevronsUpDown className="text-ink-faint" aria-hidden />
          </Button>
        }
      >
        <MenuLabel>Terminals of</MenuLabel>
        {cores.map((each) => (
          <MenuItem key={each.id} onSelect={() => onPick(each.id)}>
            <Dot tone={presence(each) === "online" ? "good" : "plain"} />
            <span className="max-w-56 flex-1 truncate">{oneLine(each.name, 64)}</span>
            {presence(each) !== "online" && <span className="text-ink-faint text-xs">{attention(each).text}</span>}
            {each.id === core.id && <Check aria-hidden />}
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}
