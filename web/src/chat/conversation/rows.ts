/** What stands in the list, one thing a row, so that only what is in view needs to be drawn. */
import type { Block, Conversation, Entry, Missing, Note, Turn, Unknown } from "./model";

export type Row =
  | { readonly type: "message"; readonly key: string; readonly turn: Turn }
  | { readonly type: "block"; readonly key: string; readonly turn: Turn; readonly block: Block }
  | { readonly type: "end"; readonly key: string; readonly turn: Turn }
  | { readonly type: "aside"; readonly key: string; readonly aside: Note | Unknown | Missing };

const known = new WeakMap<Entry, readonly Row[]>();

export function rows({ entries }: Conversation): readonly Row[] {
  return entries.flatMap((entry) => {
    const there = known.get(entry);
    if (there) return there;
    const made = rowsOf(entry);
    known.set(entry, made);
    return made;
  });
}

function rowsOf(entry: Entry): Row[] {
  if (entry.type !== "turn") return [{ type: "aside", key: entry.key, aside: entry }];
  const { key, by, blocks, state } = entry;
  const made: Row[] = [];
  if (by) made.push({ type: "message", key, turn: entry });
  // A block may come twice under one name from a Core that means ill: its row has a name of its own.
  const names = new Map<string, number>();
  for (const block of blocks) {
    const times = names.get(block.key) ?? 0;
    names.set(block.key, times + 1);
    const name = times === 0 ? block.key : `${block.key}#${times}`;
    made.push({ type: "block", key: `${key}/${name}`, turn: entry, block });
  }
  if (state !== "waiting") made.push({ type: "end", key: `${key}/end`, turn: entry });
  return made;
}
