import type { CoreView } from "@/api/schema";
import { isOthersPlan, presence } from "@/cores/core-state";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { SignInDialog } from "./sign-in-dialog";
import { useSignIn } from "./use-sign-in";

type Props = {
  core: CoreView;
  /** Not where the Core is signed in. The dialog that says so stays: this must not go away with the button. */
  ifNeeded?: boolean;
};

/** “Sign In with Claude”, next to its Core. While one waits for its code, the way back to it. */
export function SignInButton({ core, ifNeeded }: Props) {
  const me = useMe();
  const signingIn = useSignIn(core);
  const { state, method } = core.claude;
  const { at } = signingIn.stage;
  const underWay = at === "waiting" || at === "exchanging";
  const dialog = <SignInDialog core={core} signingIn={signingIn} />;
  const needless = ifNeeded && state === "signed_in" && !underWay;
  if (method === "api_key" || isOthersPlan(core, me) || needless) return dialog;
  return (
    <>
      {underWay ? (
        <Button kind="primary" onClick={signingIn.show}>
          Enter the code
        </Button>
      ) : (
        <Button
          kind={state === "signed_in" ? "plain" : "primary"}
          disabled={presence(core) !== "online"}
          onClick={() => signingIn.begin("claudeai")}
        >
          Sign In with Claude
        </Button>
      )}
      {dialog}
    </>
  );
}
