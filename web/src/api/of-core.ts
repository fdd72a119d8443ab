/** Reading what a Core answers. The gateway passes it on as it is, and one Core may spoil no page that others are on, too. */
import { type Check, flag, like, list, maybe, number, shape, text } from "./shape";

/** A Core's answer that is not what its document says. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";

  constructor() {
    super("The Core's answer cannot be read: it is newer than this page, or not to be trusted");
  }
}

/** The answer, if it is what it should be. */
export function read<T>(check: Check, said: T): T {
  if (!check(said)) throw new Unreadable();
  return said;
}

/** Those of a list that are what they should be. What nobody can read spoils nothing that they can. */
export function readable<T>(check: Check, said: readonly T[]): T[] {
  if (!Array.isArray(said)) throw new Unreadable();
  return said.filter(check);
}

/** An answer that has a list in it. */
export const has = (name: string): Check => shape({ [name]: Array.isArray });

const id = like(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
/** It is a folder's, and a part of addresses. */
const folder = like(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const actor = shape({ user: text, name: text });

export const session = shape({
  id,
  title: maybe(text),
  workspace: folder,
  activity: text,
  created_at: text,
  updated_at: text,
  created_by: actor,
  cursor: text,
  model: maybe(text),
  permission_mode: text,
  visibility: text,
  archived_at: maybe(text),
  closed_at: maybe(text),
  bypass: maybe(shape({ by: actor, until: text })),
});

const named = shape({ name: folder, trusted: maybe(shape({ by: actor, at: text })) });
const standings = [
  shape({ state: like(/^ready$/) }),
  shape({
    state: like(/^cloning$/),
    phase: like(/^(?:connecting|preparing|receiving|resolving|checking_out)$/),
    percent: number,
  }),
  shape({ state: like(/^failed$/), reason: text }),
];
export const workspace: Check = (value) => named(value) && standings.some((standing) => standing(value));

export const hit = shape({
  session: id,
  title: maybe(text),
  event: text,
  at: text,
  by: maybe(actor),
  snippet: list(shape({ text, found: flag })),
});

export const command = shape({ name: text, description: maybe(text), argument_hint: maybe(text) });

export const terminal = shape({
  id,
  name: maybe(text),
  title: maybe(text),
  workspace: maybe(text),
  created_at: text,
  created_by: actor,
  exited: maybe(shape({ code: maybe(number), signal: maybe(number) })),
  observers: number,
  writers: number,
  recorded: flag,
});

export const recording = shape({ terminal: id, name: maybe(text), started_at: text, bytes: number, live: flag });

export const gitCredential = shape({ host: text, username: text });
export const deployKey = shape({ public_key: text });

export const journal = shape({
  used_bytes: number,
  max_bytes: number,
  free_bytes: number,
  pruned_sessions: number,
  has_room: flag,
});

export const claude = shape({
  method: text,
  state: text,
  owner: maybe(text),
  account: maybe(text),
  organisation: maybe(text),
  plan: maybe(text),
  billing: maybe(text),
  scopes: maybe(list(text)),
  expires_at: maybe(text),
  last_refresh_at: maybe(text),
  checked_at: maybe(text),
  last_error: maybe(shape({ kind: text, detail: text, at: text })),
  limits: maybe(list(shape({ window: text, status: text, resets_at: maybe(text), used_percent: maybe(number) }))),
});

export const signIn = shape({ id, url: text, lapses_at: text });
