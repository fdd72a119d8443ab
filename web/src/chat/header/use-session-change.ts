import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import type { SessionSettings } from "@/api/schema";
import { sessionQuery } from "../queries";

/** Changes what a session is. Its events say the same to everybody who follows it. */
export function useSessionChange(core: string, session: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: SessionSettings) => {
      const changed = api.PATCH("/api/v1/cores/{core}/sessions/{session}", {
        params: { path: { core, session } },
        body,
      });
      return ofCore.read(ofCore.session, await answer(changed));
    },
    onSuccess: (changed) => {
      client.setQueryData(sessionQuery(core, session).queryKey, changed);
      return client.invalidateQueries({ queryKey: ["cores", core, "sessions"] });
    },
  });
}
