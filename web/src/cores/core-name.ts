/** What the gateway takes for a Core's name and labels, so that a mistake is told before it is sent. */
import type { CoreView } from "@/api/schema";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const MOST_LABELS = 16;
const LONGEST_VALUE = 128;
const CONTROL = /\p{Cc}/u;

export const NAME_HINT = "Letters, digits, dots, dashes and underscores; it begins with a letter or digit.";

export const isCoreName = (text: string): boolean => NAME.test(text);

export type LabelsRead = { readonly labels: CoreView["labels"] } | { readonly error: string };

/** Labels as people write them: `key=value` or a key alone, separated by commas or lines. */
export function readLabels(text: string): LabelsRead {
  const labels: Record<string, string> = {};
  const pieces = text.split(/[,\n]/).map((piece) => piece.trim());
  for (const piece of pieces.filter((piece) => piece !== "")) {
    const [key = "", ...rest] = piece.split("=");
    const name = key.trim();
    const value = rest.join("=").trim();
    if (!isCoreName(name)) return { error: `“${name}” is no label. ${NAME_HINT}` };
    if (Object.hasOwn(labels, name)) return { error: `The label “${name}” is there twice.` };
    if ([...value].length > LONGEST_VALUE || CONTROL.test(value)) {
      return { error: `The value of “${name}” has more than ${LONGEST_VALUE} characters.` };
    }
    labels[name] = value;
  }
  if (Object.keys(labels).length > MOST_LABELS) return { error: `A Core has at most ${MOST_LABELS} labels.` };
  return { labels };
}

export function writeLabels(labels: CoreView["labels"]): string {
  return Object.entries(labels)
    .map(([key, value]) => (value === "" ? key : `${key}=${value}`))
    .join(", ");
}

/** Whether what would be written is read as the same: a value with a comma in it would not be. */
export function canWriteLabels(labels: CoreView["labels"]): boolean {
  const read = readLabels(writeLabels(labels));
  return "labels" in read && JSON.stringify(read.labels) === JSON.stringify(labels);
}
