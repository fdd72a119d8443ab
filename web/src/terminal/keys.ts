/** Which keys mean what around a terminal. Everything else is the terminal's. */

export type Shortcut = "copy" | "paste" | "find" | "leave" | "panel";

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "shiftKey" | "altKey" | "metaKey">;

export function shortcut({ key, ctrlKey, shiftKey, altKey, metaKey }: Key): Shortcut | undefined {
  if (!ctrlKey || altKey || metaKey) return undefined;
  if (key === "`" && !shiftKey) return "panel";
  if (key === "F6") return "leave";
  if (!shiftKey) return undefined;
  switch (key.toLowerCase()) {
    case "c":
      return "copy";
    case "v":
      return "paste";
    case "f":
      return "find";
    default:
      return undefined;
  }
}

/** The end of what is kept that a key leads to. A program that fills the screen has nothing kept, and the key. */
export function farEnd({ key, ctrlKey, shiftKey, altKey, metaKey }: Key): "top" | "bottom" | undefined {
  if (!shiftKey || ctrlKey || altKey || metaKey) return undefined;
  return key === "Home" ? "top" : key === "End" ? "bottom" : undefined;
}

const WORDS = ["Enter", "Backspace", "Delete", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/** Whether somebody who presses this wants to type something. */
export const isTyping = ({ key, metaKey }: Key): boolean => !metaKey && ([...key].length === 1 || WORDS.includes(key));

/** What a letter is while Ctrl is held down. */
export function withCtrl(text: string): string {
  const code = text.toUpperCase().charCodeAt(0);
  if (text.length !== 1) return text;
  if (text === " ") return "\0";
  if (text === "?") return "\x7f";
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text;
}

export type Arrow = "A" | "B" | "C" | "D";

/** Programs may ask for arrows in another way. */
export const arrow = (direction: Arrow, application: boolean): string => `\x1b${application ? "O" : "["}${direction}`;
