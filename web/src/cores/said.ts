/** What a Core or its host says is shown as text, and may not pass for anything else. */

/** Control characters, those that turn the direction of what follows, and those that nobody sees. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gu;

/** One line of at most so many characters. */
export function said(text: string, most = 200): string {
  const line = text.replace(HIDDEN, " ").replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : line;
}
