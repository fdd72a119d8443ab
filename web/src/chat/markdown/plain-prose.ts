/** Nothing in it means anything in markdown. */
const PLAIN = /^[\p{L}\p{N} ,.;?'"()\n%]*$/u;
/** Lists, indented code, hard breaks and bare addresses need no sign of their own. */
const MEANING = /^\s*\d+[.)]|\n\s*\d+[.)]|\n {4}|^ {4}| {2}\n|www\./;

/** Whether a paragraph is what it looks like, so that nothing has to be parsed. */
export const isPlain = (source: string): boolean => PLAIN.test(source) && !MEANING.test(source);

const CHUNK = 2_000;

/** A long paragraph in parts that do not change when it grows, so that only the last is laid out anew. */
export function parts(text: string): string[] {
  const made: string[] = [];
  let start = 0;
  while (text.length - start > CHUNK) {
    const space = text.indexOf(" ", start + CHUNK);
    if (space < 0) break;
    made.push(text.slice(start, space + 1));
    start = space + 1;
  }
  made.push(text.slice(start));
  return made;
}
