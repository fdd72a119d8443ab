/** What a Core or its host says is shown as text, and may not pass for anything else. */
import { isolated } from "@/ui/isolated";

/** Control characters, those that turn the direction of what follows, and those that nobody sees. */
const HIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}\p{Cs}]+/gu;

/** One line of at most so many characters. */
export function said(text: string, most = 200): string {
  // Clipped first, so that the work is bounded too.
  const line = text
    .slice(0, 8 * most)
    .replace(HIDDEN, " ")
    .replace(/\s+/g, " ")
    .trim();
  const characters = [...line];
  return isolated(characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : line);
}
