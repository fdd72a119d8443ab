import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import type { Workspace } from "@/api/schema";
import { Button } from "@/ui/button";
import { Failure, Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { workspacesQuery } from "../queries";

/** A workspace that is being cloned, or could not be. */
export function WorkspaceStanding({ core, workspace }: { core: string; workspace: Workspace }) {
  const client = useQueryClient();
  const router = useRouter();
  const forget = useMutation({
    mutationFn: () =>
      answer(
        api.DELETE("/api/v1/cores/{core}/workspaces/{workspace}", {
          params: { path: { core, workspace: workspace.name } },
        }),
      ),
    onMutate: () => router.latestLocation.pathname,
    onSuccess: async (_, __, from) => {
      // The list may have forgotten it already, and this with it. Whoever has gone elsewhere meanwhile stays there.
      if (router.latestLocation.pathname === from) await router.navigate({ to: "/cores/$core", params: { core } });
      await client.invalidateQueries({ queryKey: workspacesQuery(core).queryKey });
    },
  });
  const cloning = workspace.state === "cloning";
  return (
    <>
      <Notice
        kind={workspace.state === "failed" ? "bad" : "info"}
        action={
          <Button size="small" busy={forget.isPending} onClick={() => forget.mutate()}>
            {cloning ? "Stop" : "Forget it"}
          </Button>
        }
      >
        {workspace.state === "failed" && `It could not be cloned: ${oneLine(workspace.reason, 600)}`}
        {cloning && "Its repository is being cloned. Sessions can begin when that is done."}
      </Notice>
      <Failure error={forget.error} />
    </>
  );
}
