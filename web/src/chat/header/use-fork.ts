import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { answer, api } from "@/api/client";

/** Makes a session with the same history so far, and goes there. */
export function useFork(core: string, session: string) {
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/v1/cores/{core}/sessions/{session}/fork", { params: { path: { core, session } }, body: {} }),
      ),
    onSuccess: ({ id }) => {
      // The list in the sidebar follows; nobody waits for it.
      void client.invalidateQueries({ queryKey: ["cores", core, "sessions"] });
      return navigate({ to: "/cores/$core/sessions/$session", params: { core, session: id } });
    },
  });
}
