import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import type { CoreView } from "@/api/schema";
import { isOthersPlan, presence } from "@/cores/core-state";
import { useMe } from "@/shell/use-me";
import { entrustBlocks } from "@/trust/entrusting";
import { serversQuery } from "./place";
import { ServerList } from "./server-list";

/** What the sessions of one workspace may use besides; folded, for it is seldom changed. */
export function WorkspaceServers({ core, workspace }: { core: CoreView; workspace: string }) {
  const me = useMe();
  const place = { core: core.id, workspace };
  const able = presence(core) === "online" && !isOthersPlan(core, me);
  const { data } = useQuery({ ...serversQuery(place), enabled: able });
  if (!able) return null;
  return (
    <details className="group">
      <summary className="-mx-1.5 flex min-h-9 cursor-pointer list-none items-center gap-1.5 rounded-md px-1.5 text-ink-soft text-sm hover:bg-sunken [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-4 text-ink-faint transition-transform group-open:rotate-90" aria-hidden />
        MCP servers of this workspace
        {data && <span className="text-ink-faint">{data.length === 0 ? "none" : data.length}</span>}
      </summary>
      <div className="pt-2">
        <ServerList
          place={place}
          about="Tools for the sessions in this workspace, besides those of every session of the Core. One of the same name goes first here."
          blocked={entrustBlocks(core, me)}
        />
      </div>
    </details>
  );
}
