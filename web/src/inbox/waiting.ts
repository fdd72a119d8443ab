/** What waits for an answer, as far as this person can see it: the badge, the browser's tab and the inbox say the same. Pure. */
import type { CoreView, Session } from "@/api/schema";

/** `sessions`: undefined until the Core has told them. */
export type OnCore = {
  readonly core: CoreView;
  readonly sessions: readonly Session[] | undefined;
  readonly error: Error | null;
};

export const waiting = (sessions: readonly Session[] = []): Session[] =>
  sessions.filter(({ activity }) => activity === "waiting");

export const count = (all: readonly OnCore[]): number =>
  all.reduce((sum, { sessions }) => sum + (sessions?.length ?? 0), 0);

/**
 * How many more a Core says wait than are seen of it. `seen`: for each session that is seen, how many wait in it; while
 * that is not known of one, nothing is said.
 */
export function hidden(
  { core, sessions }: Pick<OnCore, "core" | "sessions">,
  seen: (session: Session) => number | undefined,
): number {
  if (sessions === undefined) return 0;
  const known = sessions.map(seen).filter((each) => each !== undefined);
  if (known.length < sessions.length) return 0;
  return Math.max(0, core.waiting_approvals - known.reduce((sum, each) => sum + each, 0));
}

/** What the inbox says where it shows nothing to answer. Undefined: it shows something. */
export function standing(all: readonly OnCore[]): string | undefined {
  if (count(all) > 0) return undefined;
  const asked = all.filter(({ sessions, error }) => sessions === undefined && error === null);
  if (asked.length > 0) return `Asking ${asked.map(({ core }) => core.name).join(", ")} what waits…`;
  if (all.some(({ sessions }) => sessions === undefined)) return undefined;
  return "Nothing waits for you. Approvals, questions and plans of all Cores come here.";
}

export const hiddenWords = (number: number): string =>
  number === 1
    ? "1 more waits in a session that is private to others."
    : `${number} more wait in sessions that are private to others.`;
