import { useQueries, useQuery } from "@tanstack/react-query";
import { sessionsQuery } from "@/chat/queries";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { type OnCore, waiting } from "./waiting";

/** Every Core that is online, with the sessions in which something waits. */
export function useWaiting(): OnCore[] {
  const { data: cores = [] } = useQuery(coresQuery);
  const online = cores.filter((core) => presence(core) === "online");
  const lists = useQueries({ queries: online.map(({ id }) => sessionsQuery(id)) });
  return online.map((core, at) => {
    const { data, error = null } = lists[at] ?? {};
    return { core, sessions: data && waiting(data), error };
  });
}
