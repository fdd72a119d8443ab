import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { sessionQuery } from "../queries";

/** Lets a session run without asking for so many seconds. Its events say so to everybody who follows it. */
export function useLend(core: string, session: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (seconds: number) =>
      answer(
        api.POST("/api/v1/cores/{core}/sessions/{session}/bypass", {
          params: { path: { core, session } },
          body: { seconds },
        }),
      ),
    onSuccess: (changed) => {
      client.setQueryData(sessionQuery(core, session).queryKey, changed);
      onDone();
    },
  });
}

/** Lets it ask again, at once. */
export function useAskAgain(core: string, session: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(api.DELETE("/api/v1/cores/{core}/sessions/{session}/bypass", { params: { path: { core, session } } })),
    onSettled: () => client.invalidateQueries({ queryKey: sessionQuery(core, session).queryKey, exact: true }),
  });
}
