/** Text from elsewhere as a name or a sentence among ours: it may not pass for anything else. */
import { isolated } from "./isolated";

/** Ends of lines and other controls, what turns the direction of reading or takes no room, and halves of letters. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u{e0000}-\u{e0fff}]+/gu;

/** One line of at most so many characters. What cannot be seen leaves a space: nothing goes unnoticed. */
export function oneLine(text: string, longest = 200): string {
  // Clipped first, so that the work is bounded too.
  const line = text
    .slice(0, 8 * longest)
    .replace(UNSEEN, " ")
    .trim();
  const characters = [...line];
  return isolated(characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : line);
}
