import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Me } from "@/api/schema";
import { sessionsQuery } from "@/chat/queries";
import { sessionTitle } from "@/chat/session-title";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { useWaiting } from "@/inbox/use-waiting";
import { count } from "@/inbox/waiting";
import { news, seen } from "./changes";
import { notify, takePart } from "./notify";
import { useWaitingInTitle } from "./title";

/** Draws nothing: follows every Core's sessions and tells what is new. */
export function Notices({ me }: { me: Me }) {
  const navigate = useNavigate();
  const { data: cores = [] } = useQuery(coresQuery);
  useWaitingInTitle(count(useWaiting()));
  const online = cores.filter((core) => presence(core) === "online");
  const lists = useQueries({ queries: online.map(({ id }) => sessionsQuery(id)) });
  useEffect(takePart, []);
  const before = useRef(new Map<string, ReturnType<typeof seen>>());
  useEffect(() => {
    for (const [at, core] of online.entries()) {
      const sessions = lists[at]?.data;
      if (sessions === undefined) continue;
      for (const { kind, session } of news(before.current.get(core.id) ?? new Map(), sessions, me.user)) {
        const title = kind === "waits" ? "An approval waits" : "A turn has ended";
        const go = () =>
          navigate({ to: "/cores/$core/sessions/$session", params: { core: core.id, session: session.id } });
        void notify(title, `${sessionTitle(session)} on ${core.name}`, session.id, go);
      }
      before.current.set(core.id, seen(sessions));
    }
  }, [online, lists, navigate, me.user]);
  return null;
}
