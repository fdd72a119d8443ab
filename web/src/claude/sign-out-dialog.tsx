import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { focusOnArrival } from "@/ui/focus";
import { Notice } from "@/ui/notice";
import { OutsideLink } from "@/ui/outside-link";
import { endedWords, outcomeWords, signOutTrouble } from "./sign-out-words";

/** Asks, signs out, and tells how that ended. */
export function SignOutDialog({ core, onClose }: { core: CoreView; onClose: () => void }) {
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/cores/{core}/claude/sign-out", { params: { path: { core: core.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["cores"] }),
  });
  const told = signOut.data && outcomeWords(signOut.data.outcome);
  const ended = signOut.data && endedWords(signOut.data);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !signOut.isPending && onClose()}
      title={`Sign “${core.name}” out of Claude`}
      description="Other Cores do not notice."
    >
      {told ? (
        <>
          <Notice kind={told.kind}>
            {told.text} {ended} {told.link && <OutsideLink href={told.link.href}>{told.link.label}</OutsideLink>}
          </Notice>
          <DialogActions>
            <Button kind="primary" onClick={onClose} ref={focusOnArrival}>
              Done
            </Button>
          </DialogActions>
        </>
      ) : (
        <>
          <ul className="grid list-disc gap-1 pl-5 text-sm">
            <li>Turns in progress end. Sessions keep their history and go on after the next sign-in.</li>
            <li>The CLI ends in the Core’s terminals; the terminals stay.</li>
            {core.claude.method === "console" ? (
              <li>The API key goes from the host. At Claude it stays valid until somebody deletes it there.</li>
            ) : (
              <li>The tokens are ended at Claude and deleted on the host.</li>
            )}
          </ul>
          <div role="status" className="mt-3 min-h-6 text-ink-soft text-sm">
            {signOut.isPending && "Signing out. The Core ends its work first; that takes up to half a minute."}
          </div>
          {signOut.error && <Notice kind="bad">{signOutTrouble(signOut.error)}</Notice>}
          <DialogActions>
            <Button onClick={onClose} disabled={signOut.isPending} ref={focusOnArrival}>
              Cancel
            </Button>
            <Button kind="danger" busy={signOut.isPending} onClick={() => signOut.mutate()}>
              Sign out
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
