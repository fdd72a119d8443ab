import { ChevronDown } from "lucide-react";
import type { PermissionMode } from "@/api/schema";
import { Button } from "@/ui/button";
import { Menu, MenuChoice, MenuLabel } from "@/ui/menu";
import { MODES, modeName } from "../words";

type Props = { mode: PermissionMode; onChange: (mode: PermissionMode) => void };

/** What Claude may do without asking. */
export function ModeChoice({ mode, onChange }: Props) {
  const about = MODES.find(([it]) => it === mode)?.[2];
  return (
    <Menu
      trigger={
        <Button kind="quiet" size="small" aria-label={`Mode: ${modeName(mode)}`}>
          {modeName(mode)}
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      <MenuLabel>Mode</MenuLabel>
      <MenuChoice value={mode} onChange={onChange} choices={MODES.map(([it, name]) => [it, name] as const)} />
      <p className="max-w-56 px-2 pt-1 pb-1.5 text-ink-faint text-xs">{about}</p>
    </Menu>
  );
}
