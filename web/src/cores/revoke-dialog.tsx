import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { answer, api } from "@/api/client";
import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure } from "@/ui/notice";
import { Receipt } from "./receipt";

/** Ends a Core at once, and shows the receipt. Its name is typed: it is not done by a slip. */
export function RevokeDialog({ core, onClose }: { core: CoreView; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [signOut, setSignOut] = useState(false);
  const revoke = useMutation({
    mutationFn: () => {
      const request = { params: { path: { core: core.id } }, body: { sign_out: signOut } };
      return answer(api.POST("/api/v1/cores/{core}/revoke", request));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["cores"] }),
  });
  const close = () => {
    if (!revoke.isPending) onClose();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name === core.name) revoke.mutate();
  };
  const mayHold = core.claude.state !== "signed_out" && core.claude.method !== "api_key";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={revoke.data ? `“${core.name}” is revoked` : `Revoke “${core.name}”`}
      description={revoke.data ? "The receipt." : "Everything on it ends at once. Other Cores do not notice."}
    >
      {revoke.data ? (
        <>
          <Receipt receipt={revoke.data} />
          <DialogActions>
            <Button kind="primary" onClick={close} ref={focusOnArrival}>
              Done
            </Button>
          </DialogActions>
        </>
      ) : (
        <form onSubmit={submit} className="grid grid-cols-1 gap-4 text-sm">
          <ul className="grid list-disc gap-1 pl-5">
            <li>Its streams are cut, its turns, processes and terminals end, and its key is refused.</li>
            <li>Workspaces and history stay on its host. An administrator can restore the Core later.</li>
            <li>
              {signOut
                ? "It is signed out of Claude, and the receipt says how that went."
                : "What it holds of Claude stays on its host, unused, unless it is signed out, too."}
            </li>
          </ul>
          {mayHold && (
            <label className="flex min-h-9 cursor-pointer items-center gap-2">
              <input
                type="checkbox"
                checked={signOut}
                onChange={(event) => setSignOut(event.target.checked)}
                className="size-4 accent-accent"
              />
              Sign it out of Claude first
            </label>
          )}
          <Field label={`Type its name, ${core.name}, to confirm`}>
            {(ties) => (
              <Input
                {...ties}
                ref={focusOnArrival}
                value={name}
                onChange={(event) => setName(event.target.value)}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
              />
            )}
          </Field>
          <p role="status" className="min-h-6 text-ink-soft">
            {revoke.isPending && "Revoking. The Core has some seconds to confirm what it has ended."}
          </p>
          <Failure error={revoke.error} />
          <DialogActions>
            <Button onClick={close} disabled={revoke.isPending}>
              Cancel
            </Button>
            <Button type="submit" kind="danger" busy={revoke.isPending} disabled={name !== core.name}>
              Revoke
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
