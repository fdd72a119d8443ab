/** At which terminals somebody only looks, for as long as this tab lives: it comes back to them as it left them. */

const keyOf = (core: string): string => `condrix.terminal.${core}.looks-on`;

/** What is not understood is forgotten. */
export function readLooksOn(core: string): readonly string[] {
  try {
    const said: unknown = JSON.parse(sessionStorage.getItem(keyOf(core)) ?? "[]");
    return Array.isArray(said) ? said.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** What is there now, with this terminal among it or not. */
export function keepLooksOn(core: string, terminal: string, looksOn: boolean): readonly string[] {
  const others = readLooksOn(core).filter((id) => id !== terminal);
  const now = looksOn ? [...others, terminal] : others;
  try {
    if (now.length > 0) sessionStorage.setItem(keyOf(core), JSON.stringify(now));
    else sessionStorage.removeItem(keyOf(core));
  } catch {
    // There is no room for it: it lives as long as the panel shows this Core.
  }
  return now;
}
