/** What is true of this page while the connection is away: what is written to Claude is kept, what is typed into a terminal is not. */
export function awayWords(online: boolean, terminals: boolean): string {
  const what = online ? "The gateway cannot be reached." : "You are offline.";
  const typed = terminals
    ? "Messages you write are kept; terminals take no keys meanwhile."
    : "Messages you write are kept.";
  return `${what} ${typed} This page goes on by itself.`;
}
