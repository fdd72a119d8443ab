/** The keys that there are, and where. */
type Keys = { readonly where: string; readonly keys: readonly (readonly [readonly string[], string])[] };

export const KEYS: readonly Keys[] = [
  {
    where: "Anywhere",
    keys: [
      [["Ctrl+K", "⌘K"], "Palette: go to everything that has a name. In a terminal Ctrl+K is the shell’s"],
      [["Ctrl+`"], "Terminals, there and away"],
      [["Tab"], "First on a page: “Skip to the page”"],
    ],
  },
  {
    where: "A message",
    keys: [
      [["Enter"], "Send it; on a touch screen, begin another line"],
      [["Shift+Enter"], "Begin another line"],
      [["/"], "Slash commands of the session"],
      [["Ctrl+V"], "Add a picture that was copied"],
    ],
  },
  {
    where: "A session",
    keys: [
      [["Esc"], "Interrupt the turn"],
      [["F2"], "Give it another title"],
    ],
  },
  {
    where: "A terminal",
    keys: [
      [["Ctrl+Shift+C"], "Copy"],
      [["Ctrl+Shift+V"], "Paste"],
      [["Ctrl+Shift+F"], "Find in it"],
      [["Shift+PageUp", "Shift+PageDown"], "Read what has gone by"],
      [["Shift+Home", "Shift+End"], "Its beginning, and its end"],
      [["Ctrl+F6"], "Leave it for the page"],
    ],
  },
  {
    where: "A terminal’s tab",
    keys: [
      [["←", "→"], "The next one"],
      [["F2"], "Give it another name"],
      [["Delete"], "Close it"],
    ],
  },
];
