import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { McpServer, Server } from "@/api/schema";
import { Dialog } from "@/ui/dialog";
import { oneLine } from "@/ui/one-line";
import { type Draft, draftOf } from "./draft";
import { keepDraft, keptDraft } from "./kept-draft";
import { type Place, serversQuery, setServer } from "./place";
import { ServerForm } from "./server-form";

type Props = {
  place: Place;
  /** The one to replace. Undefined: a new one. */
  server?: McpServer;
  taken: readonly string[];
  onClose: () => void;
};

/** Secrets stay in this dialog until the Core has them, and are kept nowhere. */
export function ServerDialog({ place, server, taken, onClose }: Props) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => (server ? draftOf(server) : keptDraft(place)));
  const set = useMutation({
    mutationFn: ({ name, body }: { name: string; body: Server }) => setServer(place, name, body),
    onSuccess: async () => {
      if (!server) keepDraft(place, undefined);
      await client.invalidateQueries({ queryKey: serversQuery(place).queryKey });
      onClose();
    },
  });
  const change = (next: Draft) => {
    setDraft(next);
    if (!server) keepDraft(place, next);
    set.reset();
  };
  const close = () => {
    if (!set.isPending) onClose();
  };
  const whose =
    place.workspace === undefined
      ? "every session of this Core"
      : `the sessions in “${oneLine(place.workspace, 64)}”, before one of every session that has its name`;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      wide
      title={server ? `Replace “${oneLine(server.name, 64)}”` : "New MCP server"}
      description={`For ${whose}. ${draft.kind === "stdio" ? "It runs as the Core's user, without being asked for." : "Claude uses what it offers, as it uses any other tool."}`}
    >
      <ServerForm
        draft={draft}
        onChange={change}
        ofAll={place.workspace === undefined}
        replaces={server !== undefined}
        taken={taken}
        busy={set.isPending}
        error={set.error}
        onCancel={close}
        onSet={(name, body) => set.mutate({ name, body })}
      />
    </Dialog>
  );
}
