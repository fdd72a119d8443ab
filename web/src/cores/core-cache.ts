/** Writes what a Core tells into what the pages show: nothing of it is asked for again. */
import type { InfiniteData, Query, QueryClient } from "@tanstack/react-query";
import type { Session, Workspace } from "@/api/schema";
import { isOfApprovals, sessionQuery, sessionsQuery, workspaceListing, workspacesQuery } from "@/chat/queries";
import { type CoreNews, type Page, pagesWith, pagesWithout, withoutSession, withSession } from "./core-news";

type Pages = InfiniteData<Page>;
const THERE = { archived: false };

export function keep(client: QueryClient, core: string, news: CoreNews): void {
  const { queryKey: list } = sessionsQuery(core);
  switch (news.event) {
    case "sessions":
      put<Session[]>(client, list, () => [...news.sessions]);
      for (const session of news.sessions) keepOne(client, core, session);
      // The Core answers again: whatever else was read of them may be from before, and what failed is worth another try.
      void client.invalidateQueries({
        queryKey: ["cores", core],
        predicate: (query) =>
          hasFailed(query) || (isRead(query) && (isOfApprovals(query) || workspaceListing(query) !== undefined)),
      });
      break;
    case "session": {
      const { session } = news;
      put<Session[]>(client, list, (before) => before && withSession(before, session, THERE));
      keepOne(client, core, session);
      for (const query of paged(client, core)) {
        const listing = workspaceListing(query) ?? THERE;
        put<Pages>(client, query.queryKey, (all) => all && { ...all, pages: pagesWith(all.pages, session, listing) });
      }
      // One more may wait, or one less.
      const { queryKey } = sessionQuery(core, session.id);
      void client.invalidateQueries({ queryKey, predicate: isOfApprovals });
      break;
    }
    case "session_gone":
      put<Session[]>(client, list, (before) => before && withoutSession(before, news.id));
      for (const { queryKey } of paged(client, core)) {
        put<Pages>(client, queryKey, (all) => all && { ...all, pages: pagesWithout(all.pages, news.id) });
      }
      break;
    case "workspaces":
      put<Workspace[]>(client, workspacesQuery(core).queryKey, () => [...news.workspaces]);
      break;
  }
}

const hasFailed = ({ state }: Query): boolean => state.status === "error";

const isRead = ({ state }: Query): boolean => state.data !== undefined;

const paged = (client: QueryClient, core: string): Query[] =>
  client.getQueryCache().findAll({
    queryKey: ["cores", core, "sessions"],
    predicate: (query) => workspaceListing(query) !== undefined,
  });

function keepOne(client: QueryClient, core: string, session: Session): void {
  put<Session>(client, sessionQuery(core, session.id).queryKey, (before) => before && session);
}

/** What is being asked for meanwhile may be answered from before: then the change is made once more. */
function put<T>(client: QueryClient, queryKey: readonly unknown[], change: (before: T | undefined) => T | undefined) {
  const make = () => void client.setQueryData<T>(queryKey, change);
  make();
  const query = client.getQueryCache().find({ queryKey, exact: true });
  if (query?.state.fetchStatus === "fetching") query.promise?.then(make, make);
}
