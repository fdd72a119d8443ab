/** What the clipboard gives, as far as it matters here. */
export type Pasted = { readonly types: readonly string[]; readonly files: Iterable<File> };

/**
 * The files that are pasted. Office programs put a picture of a text beside the text itself: then it is the text that is
 * meant, and it goes where any text goes.
 */
export function pastedFiles({ types, files }: Pasted): File[] {
  return types.includes("text/plain") ? [] : [...files];
}
