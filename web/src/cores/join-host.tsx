import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import type { CreatedPairingToken } from "@/api/schema";
import { Button } from "@/ui/button";
import { minutesLeft, useNow } from "@/ui/clock";
import { CommandLine } from "@/ui/command-line";
import { DialogActions } from "@/ui/dialog";
import { focusOnArrival } from "@/ui/focus";
import { Failure, Notice } from "@/ui/notice";
import { presence } from "./core-state";
import { arrived, gatewayOf } from "./pairing";
import { coresQuery } from "./queries";

export type Pairing = {
  readonly token: CreatedPairingToken;
  /** The Cores that were there already. */
  readonly before: ReadonlySet<string>;
  /** When the token lapses, by this device's clock. */
  readonly until: number;
};

type Props = { pairing: Pairing; onClose: () => void; onAgain: () => void; failure: unknown };

/** What to run on the host, until its Core is there. */
export function JoinHost({ pairing: { token, before, until }, onClose, onAgain, failure }: Props) {
  const { data: cores } = useQuery(coresQuery);
  const core = arrived(cores ?? [], before, token.name ?? undefined);
  const now = useNow(1000, core === undefined);
  const gateway = gatewayOf(token.token) ?? location.origin;
  if (core !== undefined) {
    const online = presence(core) === "online";
    return (
      <>
        <Notice kind="good">
          {online
            ? `“${core.name}” is paired and online. Sign it in to Claude next: “Sign In with Claude” stands beside it.`
            : `“${core.name}” is paired. It comes online when its agent runs: core-agent run.`}
        </Notice>
        {!online && <CommandLine label="Run the agent" text="core-agent run" className="mt-3" />}
        <DialogActions>
          <Button kind="primary" onClick={onClose} ref={focusOnArrival}>
            Done
          </Button>
        </DialogActions>
      </>
    );
  }
  if (now >= until) {
    return (
      <>
        <Notice kind="warn">The pairing token has lapsed before an agent used it. Nothing was paired.</Notice>
        <Failure error={failure} className="mt-3" />
        <DialogActions>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" onClick={onAgain} ref={focusOnArrival}>
            Make another
          </Button>
        </DialogActions>
      </>
    );
  }
  return (
    <div className="grid grid-cols-1 gap-4 text-sm">
      <p>
        On the host, as the user that the Core runs as, with <code className="font-mono">core-agent</code> installed
        (the gateway’s documentation has how, in docs/core.md):
      </p>
      <CommandLine label="1. Pair it. It asks for the token." text={`core-agent join ${gateway}`} />
      <CommandLine
        label="2. Paste the token there. It is good once, and is shown only now."
        text={token.token}
        secret
      />
      <CommandLine label="3. Run the agent, best under a service manager." text="core-agent run" />
      <details>
        <summary className="min-h-9 cursor-pointer py-1.5 text-ink-soft">From a script</summary>
        <div className="grid grid-cols-1 gap-2">
          <p className="text-ink-soft">
            The token comes on standard input or from a file, never as an argument, which everybody on the host could
            read. Put it into a file that only this user can read:
          </p>
          <CommandLine label="With a file" text={`core-agent join ${gateway} --token-file token`} />
        </div>
      </details>
      <p role="status" className="flex items-center gap-2 text-ink-soft">
        <LoaderCircle className="size-4 shrink-0 animate-spin" aria-hidden />
        <span>
          Waiting for the host. It appears here by itself. The token lapses in{" "}
          <span aria-hidden className="tabular-nums">
            {minutesLeft(until, now)}
          </span>
          <span className="sr-only">ten minutes</span>.
        </span>
      </p>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </div>
  );
}
