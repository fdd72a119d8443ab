import { AArrowDown, AArrowUp, Disc, Ear, Ellipsis, Eye, Pencil, Search, Trash2 } from "lucide-react";
import type { Terminal } from "@/api/schema";
import { Button } from "@/ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";
import { clampLetters, prefer, usePreferences } from "./preferences";

type Props = {
  terminal: Terminal | undefined;
  looksOn: boolean;
  onLookOn: (looksOn: boolean) => void;
  onFind: () => void;
  onRename: () => void;
  onClose: () => void;
  onRecordings: () => void;
};

/** What can be done with the terminal that is shown, and how all of them look. */
export function TerminalMenu({ terminal, looksOn, onLookOn, onFind, onRename, onClose, onRecordings }: Props) {
  const { letters, readAloud } = usePreferences();
  return (
    <Menu
      trigger={
        <Button kind="quiet" size="icon" className="max-md:size-9" aria-label="More about terminals">
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      {terminal && (
        <>
          <MenuItem onSelect={onFind}>
            <Search aria-hidden /> Find
            <Shortcut>Ctrl+Shift+F</Shortcut>
          </MenuItem>
          <MenuItem onSelect={onRename}>
            <Pencil aria-hidden /> Rename
          </MenuItem>
          <MenuItem onSelect={() => onLookOn(!looksOn)}>
            <Eye aria-hidden /> {looksOn ? "Type again" : "Look on only"}
          </MenuItem>
          <MenuItem danger onSelect={onClose}>
            <Trash2 aria-hidden /> Close
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuLabel>All terminals</MenuLabel>
      <MenuItem onSelect={() => prefer({ letters: clampLetters(letters + 1) })}>
        <AArrowUp aria-hidden /> Larger letters
      </MenuItem>
      <MenuItem onSelect={() => prefer({ letters: clampLetters(letters - 1) })}>
        <AArrowDown aria-hidden /> Smaller letters
      </MenuItem>
      <MenuItem onSelect={() => prefer({ readAloud: !readAloud })}>
        <Ear aria-hidden /> {readAloud ? "No screen reader" : "For a screen reader"}
      </MenuItem>
      <MenuItem onSelect={onRecordings}>
        <Disc aria-hidden /> Recordings
      </MenuItem>
    </Menu>
  );
}

const Shortcut = ({ children }: { children: string }) => (
  <span className="ml-auto pl-6 text-ink-faint text-xs max-md:hidden">{children}</span>
);
