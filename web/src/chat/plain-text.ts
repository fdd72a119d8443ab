/** Text from elsewhere, made harmless to look at. What a Core says may try to look like something else. */

/** Controls, and what turns the direction of reading or takes no room. Line feed and tab are text. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}\p{Cs}]/gu;
/** Colours and movements of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** What somebody decides upon: everything in it is to be seen. */
export function visible(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(HIDDEN, spelled);
}

const spelled = (hidden: string) => `⟨U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

/** Running text: what turns the direction of reading is shown instead of doing it. */
export function upright(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, spelled);
}

/** What a program printed: as a terminal would leave it on paper. */
export function printed(text: string): string {
  const lines = text.replace(ESCAPES, "").replace(/\r\n/g, "\n").split("\n");
  return visible(lines.map((line) => line.slice(line.lastIndexOf("\r") + 1)).join("\n"));
}
