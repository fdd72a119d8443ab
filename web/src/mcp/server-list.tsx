import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { McpServer } from "@/api/schema";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { type Place, serversQuery } from "./place";
import { RemoveServerDialog } from "./remove-server-dialog";
import { ServerDialog } from "./server-dialog";
import { ServerRow } from "./server-row";

type Props = {
  place: Place;
  /** What is said about them. */
  about: string;
  /** Why they cannot be changed. Undefined: they can. */
  blocked: string | undefined;
};

type Asking = { readonly what: "add" } | { readonly what: "replace" | "remove"; readonly server: McpServer };

/** The servers of a place, and the way to others. */
export function ServerList({ place, about, blocked }: Props) {
  const [asking, setAsking] = useState<Asking>();
  const { data, error, isPending } = useQuery(serversQuery(place));
  const taken = data?.map(({ name }) => name) ?? [];
  const done = () => setAsking(undefined);
  return (
    <div className="rounded-xl border bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
        <p className="min-w-0 flex-1 basis-56 text-ink-soft">
          {about} {blocked}
        </p>
        {blocked === undefined && <Button onClick={() => setAsking({ what: "add" })}>Add</Button>}
      </div>
      <Failure error={error} className="mx-4 mb-3" />
      {isPending && <p className="px-4 pb-3 text-ink-faint text-sm">Asking the Core for them…</p>}
      {data?.length === 0 && <p className="px-4 pb-3 text-ink-faint text-sm">There is none.</p>}
      {data && data.length > 0 && (
        <ul className="divide-y divide-line border-t">
          {data.map((server) => (
            <ServerRow
              key={server.name}
              server={server}
              able={blocked === undefined}
              onReplace={() => setAsking({ what: "replace", server })}
              onRemove={() => setAsking({ what: "remove", server })}
            />
          ))}
        </ul>
      )}
      {asking?.what === "add" && <ServerDialog place={place} taken={taken} onClose={done} />}
      {asking?.what === "replace" && <ServerDialog place={place} server={asking.server} taken={taken} onClose={done} />}
      {asking?.what === "remove" && <RemoveServerDialog place={place} name={asking.server.name} onClose={done} />}
    </div>
  );
}
