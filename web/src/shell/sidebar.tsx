import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Inbox, Plus, Settings } from "lucide-react";
import type { Me } from "@/api/schema";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { useWaiting } from "@/inbox/use-waiting";
import { count } from "@/inbox/waiting";
import { Badge } from "@/ui/badge";
import { Failure } from "@/ui/notice";
import { CoreBranch } from "./core-branch";
import { UserCorner } from "./user-corner";

const row =
  "flex items-center gap-2 rounded-md px-2 py-1.5 text-sm text-ink-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink max-md:min-h-9 [&_svg]:size-4";

/** Cores, their workspaces and sessions, and the ways to everything else. */
export function Sidebar({ me }: { me: Me }) {
  const { data: cores, error, isPending } = useQuery(coresQuery);
  const shown = cores?.filter((core) => presence(core) !== "revoked");
  const waiting = count(useWaiting());
  return (
    <nav aria-label="Cores and sessions" className="flex h-full flex-col border-r bg-surface">
      <div className="flex items-center gap-2 px-4 pt-3 pb-2">
        <img src="/favicon.svg" alt="" className="size-5" />
        <Link to="/" className="font-semibold max-md:py-2">
          Condrix
        </Link>
      </div>
      <div className="px-2 pb-2">
        <Link to="/inbox" className={row}>
          <Inbox aria-hidden />
          <span className="flex-1">Inbox</span>
          {waiting > 0 && <Badge kind="warn">{waiting}</Badge>}
        </Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        <Failure error={error} className="m-2" />
        {isPending && <p className="px-2 py-1 text-ink-faint text-sm">Asking for the Cores…</p>}
        {shown?.length === 0 && <p className="px-2 py-1 text-ink-faint text-sm">No Core is paired yet.</p>}
        <ul className="grid grid-cols-1 gap-1">
          {shown?.map((core) => (
            <CoreBranch key={core.id} core={core} all={shown.length} />
          ))}
        </ul>
        {me.role === "admin" && (
          <Link to="/settings/cores" search={{ add: true }} className={`${row} mt-2`}>
            <Plus aria-hidden /> Add a Core
          </Link>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-1 border-t p-2">
        <UserCorner me={me} />
        <Link to="/settings" className={`${row} max-md:min-w-9 max-md:justify-center`} aria-label="Settings">
          <Settings aria-hidden />
        </Link>
      </div>
    </nav>
  );
}
