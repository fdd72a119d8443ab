import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ClipboardPaste } from "lucide-react";
import type { ReactNode } from "react";
import type { Seat } from "./seat";

const ARROWS = [
  ["D", "Left", ArrowLeft],
  ["A", "Up", ArrowUp],
  ["B", "Down", ArrowDown],
  ["C", "Right", ArrowRight],
] as const;

type Props = { seat: Seat; ctrl: boolean; disabled: boolean; onPasteRefused: () => void };

/** Keys that a phone's keyboard does not have. The keyboard stays up: they take no focus. */
export function KeyRow({ seat, ctrl, disabled, onPasteRefused }: Props) {
  const paste = async () => {
    if (!(await seat.paste())) onPasteRefused();
  };
  return (
    <div role="toolbar" aria-label="Keys" className="flex border-t bg-surface md:hidden">
      <Key name="Esc" disabled={disabled} onPress={() => seat.emulator.press("\x1b")}>
        Esc
      </Key>
      <Key name="Tab" disabled={disabled} onPress={() => seat.emulator.press("\t")}>
        Tab
      </Key>
      <Key name="Ctrl, for the next letter" pressed={ctrl} disabled={disabled} onPress={() => seat.holdCtrl(!ctrl)}>
        Ctrl
      </Key>
      {ARROWS.map(([direction, name, Icon]) => (
        <Key key={direction} name={name} disabled={disabled} onPress={() => seat.emulator.pressArrow(direction)}>
          <Icon className="size-4" aria-hidden />
        </Key>
      ))}
      <Key name="Paste" disabled={disabled} onPress={paste}>
        <ClipboardPaste className="size-4" aria-hidden />
      </Key>
    </div>
  );
}

type KeyProps = { name: string; pressed?: boolean; disabled: boolean; onPress: () => void; children: ReactNode };

function Key({ name, pressed, disabled, onPress, children }: KeyProps) {
  return (
    <button
      type="button"
      aria-label={name}
      aria-pressed={pressed}
      disabled={disabled}
      className="flex h-11 min-w-0 flex-1 items-center justify-center text-ink-soft text-sm active:bg-sunken disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
      onPointerDown={(event) => event.preventDefault()}
      onClick={onPress}
    >
      {children}
    </button>
  );
}
