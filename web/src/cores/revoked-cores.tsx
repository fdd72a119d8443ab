import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { answer, api } from "@/api/client";
import type { CoreView } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";

/** Apart and folded: they are there no more, and can come back. */
export function RevokedCores({ cores }: { cores: readonly CoreView[] }) {
  if (cores.length === 0) return null;
  return (
    <details className="group rounded-xl border bg-surface">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-xl px-4 py-3 font-medium [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-4 text-ink-faint transition-transform group-open:rotate-90" aria-hidden />
        Revoked Cores <span className="text-ink-faint">{cores.length}</span>
      </summary>
      <ul className="grid px-4 pb-2">
        {cores.map((core) => (
          <RevokedCore key={core.id} core={core} />
        ))}
      </ul>
    </details>
  );
}

function RevokedCore({ core }: { core: CoreView }) {
  const me = useMe();
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/cores/{core}/restore", { params: { path: { core: core.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cores"] }),
  });
  return (
    <li className="grid grid-cols-1 gap-2 border-t py-3 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <h3 className="truncate font-medium">{core.name}</h3>
          <p className="text-ink-soft text-sm">
            <span className="break-all font-mono text-xs">{oneLine(core.hostname, 80)}</span>
            {core.revoked_at && (
              <>
                {" "}
                · revoked <Time at={core.revoked_at} />
              </>
            )}
          </p>
        </div>
        {me.role === "admin" && (
          <Button busy={restore.isPending} onClick={() => restore.mutate()} aria-label={`Restore ${core.name}`}>
            Restore
          </Button>
        )}
      </div>
      <p className="text-ink-faint text-sm">
        Restored, it links again when its agent asks next, which it does about once a minute.
      </p>
      <Failure error={restore.error} />
    </li>
  );
}
