import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { focusOnArrival } from "@/ui/focus";
import { Notice } from "@/ui/notice";
import { AskForCode } from "./ask-for-code";
import { SignedIn } from "./signed-in";
import type { SigningIn } from "./use-sign-in";

const KINDS = {
  claudeai: "With your own plan: you alone operate this Core then.",
  console: "Through the console: your organisation pays, and everybody operates the Core.",
} as const;

type Props = { core: CoreView; signingIn: SigningIn };

/** From the click to the account: the page to approve on, the code, and what came of it. */
export function SignInDialog({ core, signingIn }: Props) {
  const { stage, open, hide, begin, cancel } = signingIn;
  if (stage.at === "none") return null;
  const kind = "begun" in stage ? stage.begun.kind : stage.kind;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && hide()}
      title={`Sign in “${core.name}” with Claude`}
      description={stage.at === "done" ? "It is done." : KINDS[kind]}
    >
      {stage.at === "opening" && (
        <>
          <Notice>Asking the Core for Claude’s page. It opens in a new tab within seconds.</Notice>
          <DialogActions>
            <Button onClick={cancel}>Cancel</Button>
          </DialogActions>
        </>
      )}
      {(stage.at === "waiting" || stage.at === "exchanging") && <AskForCode stage={stage} signingIn={signingIn} />}
      {stage.at === "done" && <SignedIn core={core} claude={stage.claude} onDone={hide} />}
      {stage.at === "over" && (
        <>
          <Notice kind="bad">{stage.trouble.text}</Notice>
          <DialogActions>
            <Button onClick={hide} ref={stage.trouble.next === "stop" ? focusOnArrival : undefined}>
              Close
            </Button>
            {stage.trouble.next !== "stop" && (
              <Button kind="primary" onClick={() => begin(kind)} ref={focusOnArrival}>
                Begin again
              </Button>
            )}
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
