/** Where a terminal's text may lead: to web pages and nowhere else. What it points at is anybody's. */

const LONGEST = 2_048;

export function webAddress(text: string): URL | undefined {
  if (text.length > LONGEST || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // A name before the host is there to be taken for it.
  const honest = url.username === "" && url.password === "";
  return honest && (url.protocol === "https:" || url.protocol === "http:") ? url : undefined;
}

export function visit(url: URL): void {
  window.open(url.href, "_blank", "noopener,noreferrer");
}
