import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import type { Session } from "@/api/schema";

/** Characters that a Core lets a title have. */
const LONGEST = 200;
const FORK = " (fork)";

/** Two sessions of one title could not be told apart. */
export const forkTitle = (title: string): string => [...title].slice(0, LONGEST - FORK.length).join("") + FORK;

/** Makes a session with the same history so far, and goes there: unless whoever asked for it has gone elsewhere meanwhile. */
export function useFork(core: string, { id: session, title }: Pick<Session, "id" | "title">) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const forking = useMutation({
    mutationFn: async () => {
      const params = { path: { core, session } };
      const body = title ? { title: forkTitle(title) } : {};
      const forked = api.POST("/api/v1/cores/{core}/sessions/{session}/fork", { params, body });
      return ofCore.read(ofCore.session, await answer(forked));
    },
    // The list in the sidebar follows; nobody waits for it.
    onSuccess: () => void client.invalidateQueries({ queryKey: ["cores", core, "sessions"] }),
  });
  const fork = () =>
    forking.mutate(undefined, {
      onSuccess: ({ id }) => navigate({ to: "/cores/$core/sessions/$session", params: { core, session: id } }),
    });
  return { ...forking, fork };
}
