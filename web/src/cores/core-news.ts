/** What a Core tells of its sessions and workspaces, and what becomes of the lists that are there. Pure. */
import type { Session, Workspace } from "@/api/schema";
import { isRecord } from "@/api/shape";

export type CoreNews =
  | { readonly event: "sessions"; readonly sessions: readonly Session[] }
  | { readonly event: "session"; readonly session: Session }
  | { readonly event: "session_gone"; readonly id: string }
  | { readonly event: "workspaces"; readonly workspaces: readonly Workspace[] };

/** It comes from a Core: anything may stand in it. Undefined: nothing that this page knows. */
export function readNews(event: string | undefined, data: string): CoreNews | undefined {
  const said = parsed(data);
  if (!isRecord(said)) return undefined;
  switch (event) {
    case "sessions":
      return Array.isArray(said.sessions) ? { event, sessions: said.sessions.filter(isSession) } : undefined;
    case "session":
      return isSession(said) ? { event, session: said } : undefined;
    case "session_gone":
      return typeof said.id === "string" ? { event, id: said.id } : undefined;
    case "workspaces":
      return Array.isArray(said.workspaces) ? { event, workspaces: said.workspaces.filter(isWorkspace) } : undefined;
    default:
      return undefined;
  }
}

/** Which sessions a list has, of those that there are. */
export type Listing = { readonly archived: boolean; readonly workspace?: string | undefined };

const belongs = (session: Session, { archived, workspace }: Listing): boolean =>
  Boolean(session.archived_at) === archived && (workspace === undefined || session.workspace === workspace);

/** Newest first: ids are in the order in which sessions were made. */
const newestFirst = (one: Session, other: Session): number => (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);

/** The list with the session as it is now: in its place, or not in it any more. */
export function withSession(sessions: readonly Session[], session: Session, listing: Listing): Session[] {
  const others = withoutSession(sessions, session.id);
  return belongs(session, listing) ? [...others, session].sort(newestFirst) : others;
}

export const withoutSession = (sessions: readonly Session[], id: string): Session[] =>
  sessions.filter((session) => session.id !== id);

export type Page = { readonly sessions: Session[]; readonly next?: string | null };

/** The same of a list that is read page by page. One that is older than all that was read comes with its page. */
export function pagesWith<P extends Page>(pages: readonly P[], session: Session, listing: Listing): P[] {
  const there = pages.findIndex(({ sessions }) => sessions.some(({ id }) => id === session.id));
  const younger = pages.findIndex(({ sessions, next }) => !next || sessions.some(({ id }) => id < session.id));
  const at = there >= 0 ? there : younger;
  return pages.map((page, index) =>
    index === at ? { ...page, sessions: withSession(page.sessions, session, listing) } : page,
  );
}

export const pagesWithout = <P extends Page>(pages: readonly P[], gone: string): P[] =>
  pages.map((page) =>
    page.sessions.some(({ id }) => id === gone) ? { ...page, sessions: withoutSession(page.sessions, gone) } : page,
  );

const isTextOrNone = (value: unknown): boolean => value === undefined || value === null || typeof value === "string";

/** As far as lists rely on it. */
export function isSession(value: unknown): value is Session {
  if (!isRecord(value) || !isRecord(value.created_by)) return false;
  const { id, workspace, created_at, updated_at, cursor, activity, title, archived_at, closed_at } = value;
  return (
    [id, workspace, created_at, updated_at, cursor, value.created_by.name].every((it) => typeof it === "string") &&
    [title, archived_at, closed_at].every(isTextOrNone) &&
    (activity === "idle" || activity === "working" || activity === "waiting")
  );
}

export function isWorkspace(value: unknown): value is Workspace {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    (value.state === "ready" || value.state === "cloning" || value.state === "failed")
  );
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
