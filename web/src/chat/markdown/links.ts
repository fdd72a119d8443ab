const ALLOWED = new Set(["http:", "https:", "mailto:"]);

/** Where a link may lead; undefined: nowhere. Only whole addresses: there is no place of its own that a text could mean. */
export function safeLink(address: unknown): string | undefined {
  if (typeof address !== "string" || !/^(?:https?:\/\/|mailto:)/i.test(address)) return undefined;
  try {
    const { protocol, href, username, password } = new URL(address);
    // `https://gateway.example@elsewhere` is made to be misread.
    return ALLOWED.has(protocol) && username === "" && password === "" ? href : undefined;
  } catch {
    return undefined;
  }
}
