/** Nothing in it means anything in markdown. */
const PLAIN = /^[\p{L}\p{N} ,.;?'"()\n%]*$/u;
/** Lists, indented code, hard breaks and bare addresses need no sign of their own. */
const MEANING = /^\s*\d+[.)]|\n\s*\d+[.)]|\n {4}|^ {4}| {2}\n|www\./;

/** Whether a paragraph is what it looks like, so that nothing has to be parsed. */
export const isPlain = (source: string): boolean => PLAIN.test(source) && !MEANING.test(source);
