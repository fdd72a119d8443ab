import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { workspacesQuery } from "@/chat/queries";

/** Trusts a workspace, or takes it back. The Core's list says afterwards how it is. */
export function useTrust(core: string, workspace: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (trusted: boolean) => {
      const request = { params: { path: { core, workspace } } };
      return trusted
        ? answer(api.PUT("/api/v1/cores/{core}/workspaces/{workspace}/trust", request))
        : answer(api.DELETE("/api/v1/cores/{core}/workspaces/{workspace}/trust", request));
    },
    onSuccess: onDone,
    // Somebody else may have changed it, and a refusal may come of that.
    onSettled: () => client.invalidateQueries({ queryKey: workspacesQuery(core).queryKey }),
  });
}
