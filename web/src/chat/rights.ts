import type { CoreView, Session } from "@/api/schema";
import { presence } from "@/cores/core-state";

/** All that decides whether a session can be followed, in a word that is another when that may be. */
export function rightsTo({ visibility, updated_at }: Session, core: CoreView | undefined): string {
  const { method, owner } = core?.claude ?? {};
  // A session that has news is there for whoever is told them.
  return [core && presence(core), core?.epoch, method, owner, visibility, updated_at].join(" ");
}
