import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { WorkspaceServers } from "@/mcp/workspace-servers";
import { usePageTitle } from "@/notices/title";
import { TrustLine } from "@/trust/trust-line";
import { Failure, Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { workspacesQuery } from "./queries";
import { useCore } from "./use-blocked";
import { NewSession } from "./workspace/new-session";
import { Search } from "./workspace/search";
import { SessionLists } from "./workspace/session-lists";
import { WorkspaceStanding } from "./workspace/workspace-standing";

/** A workspace: its sessions, and the way to a new one. */
export function WorkspacePage() {
  const { core, workspace: name } = useParams({ from: "/shell/cores/$core/workspaces/$workspace" });
  usePageTitle(name);
  const view = useCore(core);
  const { data, error, isPending } = useQuery(workspacesQuery(core));
  const workspace = data?.find((it) => it.name === name);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-3xl grid-cols-1 gap-6 px-4 py-6 sm:px-6" key={`${core}/${name}`}>
        <header className="md:pr-8">
          <h1 className="break-words font-semibold text-xl">{oneLine(name, 64)}</h1>
          <p className="text-ink-faint text-sm">A workspace on {oneLine(view?.name ?? "this Core", 64)}</p>
        </header>
        {isPending && <p role="status">Asking the Core for this workspace…</p>}
        <Failure error={error} />
        {data && !workspace && <Notice kind="warn">There is no workspace of this name on this Core.</Notice>}
        {workspace && workspace.state !== "ready" && <WorkspaceStanding core={core} workspace={workspace} />}
        {workspace?.state === "ready" && (
          <>
            <div className="grid gap-2">
              <TrustLine core={view} id={core} workspace={workspace} />
              {view && <WorkspaceServers core={view} workspace={name} />}
            </div>
            <NewSession core={core} workspace={name} />
            <Search core={core} workspace={name}>
              <SessionLists core={core} workspace={name} />
            </Search>
          </>
        )}
      </div>
    </div>
  );
}
