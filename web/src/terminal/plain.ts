import { isolated } from "@/ui/isolated";

/** Characters of a title; more is no title but a text. */
const LONGEST = 128;

/** Line ends and other controls, and what changes how the text around it is read. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of a Core for a place outside the terminal: nothing in it can pretend to be more than text. */
export function plain(text: string, longest = LONGEST): string {
  // Clipped first, so that the work is bounded too.
  const letters = [...text.slice(0, 8 * longest).replace(UNSEEN, "")];
  return isolated(letters.slice(0, longest).join(""));
}

/** Controls of a terminal, as one byte and as two. A tab and the ends of lines are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

export const pasteable = (text: string): string => text.replace(CONTROLS, "");
