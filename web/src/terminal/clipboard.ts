/** What a program in a terminal wants to have on the clipboard (OSC 52). It may ask; a person's click decides. */

/** In characters of base64. */
const LONGEST = 256 * 1024;

/** Undefined: nothing that could be put there. A program that asks what is there gets no answer. */
export function wantedCopy(data: string): string | undefined {
  const at = data.indexOf(";");
  const encoded = data.slice(at + 1);
  if (at < 0 || encoded === "" || encoded === "?" || encoded.length > LONGEST) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How much it is, for who is to decide. */
export function extent(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).length;
  const letters = [...text].length;
  const size = letters === 1 ? "1 character" : `${letters} characters`;
  return lines === 1 ? size : `${lines} lines, ${size}`;
}
