import { expect, test } from "vitest";
import { noteWords } from "./note-words";

const mode = (by?: { user: string; name: string }) =>
  noteWords({
    type: "note",
    key: "note-1",
    event: {
      kind: "permission_mode_changed",
      mode: "default",
      seq: 1,
      at: "2026-01-01T00:00:00Z",
      ...(by ? { by } : {}),
    },
  });

test("who changes the mode is named, and where nobody did, nobody is", () => {
  expect(mode({ user: "u1", name: "ada" })).toBe("ada changed the mode to “Ask first”.");
  expect(mode()).toBe("The mode is “Ask first” now.");
});
