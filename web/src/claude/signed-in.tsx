import type { ClaudeState, CoreView } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { DialogActions } from "@/ui/dialog";
import { focusOnArrival } from "@/ui/focus";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { ownerWords, signInSummary } from "./sign-in-words";

type Props = { core: CoreView; claude: ClaudeState; onDone: () => void };

/** What came of a sign-in. */
export function SignedIn({ core, claude, onDone }: Props) {
  const me = useMe();
  return (
    <>
      <Notice kind="good">
        “{core.name}” is ready. {signInSummary(claude, me)}
        {claude.account ? `, as ${oneLine(claude.account, 80)}` : ""}
        {claude.organisation ? ` (${oneLine(claude.organisation, 80)})` : ""}.
      </Notice>
      <p className="mt-3 text-ink-soft text-sm">
        {ownerWords(claude, me)}.{" "}
        {claude.method === "oauth"
          ? "The Core keeps its tokens on its host and refreshes them by itself."
          : "The key stays on the Core’s host."}
      </p>
      <DialogActions>
        <Button kind="primary" onClick={onDone} ref={focusOnArrival}>
          Done
        </Button>
      </DialogActions>
    </>
  );
}
