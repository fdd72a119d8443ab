import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { answer, api } from "@/api/client";
import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure } from "@/ui/notice";
import { gitCredentialsQuery } from "./queries";

/** The token stays in this dialog until the Core has it, and is kept nowhere. */
export function NewCredentialDialog({ core, onClose }: { core: CoreView; onClose: () => void }) {
  const client = useQueryClient();
  const [host, setHost] = useState("");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const store = useMutation({
    mutationFn: () => {
      const request = { params: { path: { core: core.id } }, body: { host: host.trim(), username, password } };
      return answer(api.POST("/api/v1/cores/{core}/git/credentials", request));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: gitCredentialsQuery(core.id).queryKey });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    store.mutate();
  };
  const plain = { autoCapitalize: "none", autoComplete: "off", spellCheck: false, required: true } as const;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Credential for https"
      description={`Stored on the host of “${core.name}”, in place of an older one for the same server.`}
    >
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label="Server" hint="As in the address: git.example, or git.example:8443.">
          {(ties) => (
            <Input
              {...ties}
              {...plain}
              ref={focusOnArrival}
              value={host}
              onChange={(event) => setHost(event.target.value)}
            />
          )}
        </Field>
        <Field label="User name">
          {(ties) => (
            <Input {...ties} {...plain} value={username} onChange={(event) => setUsername(event.target.value)} />
          )}
        </Field>
        <Field label="Password or token" hint="Best a token that opens only what this Core needs.">
          {(ties) => (
            <Input
              {...ties}
              {...plain}
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <p className="text-ink-soft text-sm">Whoever operates this Core acts as its user, who can read it.</p>
        <Failure error={store.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={store.isPending}>
            Store it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
