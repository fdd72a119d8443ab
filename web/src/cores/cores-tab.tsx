import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { CoreView } from "@/api/schema";
import { MethodsCompared } from "@/claude/methods-compared";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { AddCoreDialog } from "./add-core-dialog";
import { CoreCard } from "./core-card";
import { presence } from "./core-state";
import { coresQuery } from "./queries";
import { RevokeDialog } from "./revoke-dialog";
import { RevokedCores } from "./revoked-cores";
import { WaitingTokens } from "./waiting-tokens";

/** Every Core with its sign-in. */
export function CoresTab() {
  const me = useMe();
  const { add = false } = useSearch({ from: "/shell/settings/cores" });
  const navigate = useNavigate({ from: "/settings/cores" });
  const { data: cores, error, isPending } = useQuery(coresQuery);
  const there = cores?.filter((core) => presence(core) !== "revoked") ?? [];
  const revoked = cores?.filter((core) => presence(core) === "revoked") ?? [];
  // Here, because the Core leaves the list while its receipt is read.
  const [revoking, setRevoking] = useState<CoreView>();
  const admin = me.role === "admin";
  const show = (open: boolean) => navigate({ search: open ? { add: true } : {}, replace: !open });
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-64 text-ink-soft text-sm">
          Hosts on which an agent runs Claude Code. Each signs in by itself.
        </p>
        {admin && (
          <Button onClick={() => show(true)}>
            <Plus aria-hidden /> Add a Core
          </Button>
        )}
      </div>
      <Failure error={error} />
      {isPending && <p className="text-ink-faint text-sm">Asking for the Cores…</p>}
      {cores && there.length === 0 && (
        <p className="rounded-xl border bg-surface p-6 text-center text-ink-soft text-sm">
          {admin ? "No Core is paired yet. Add one to begin." : "No Core is paired yet. An administrator can add one."}
        </p>
      )}
      <ul className="grid grid-cols-1 gap-4">
        {there.map((core) => (
          <CoreCard key={core.id} core={core} onRevoke={() => setRevoking(core)} />
        ))}
      </ul>
      {admin && <WaitingTokens />}
      {cores && <MethodsCompared open={there.some(({ claude }) => claude.state !== "signed_in")} />}
      <RevokedCores cores={revoked} />
      {revoking && <RevokeDialog core={revoking} onClose={() => setRevoking(undefined)} />}
      {add && admin && <AddCoreDialog onClose={() => show(false)} />}
    </div>
  );
}
