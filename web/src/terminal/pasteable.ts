/** Controls of a terminal, as one byte and as two. A tab and the ends of lines are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

export const pasteable = (text: string): string => text.replace(CONTROLS, "");
