import { ExternalLink } from "lucide-react";
import { type SyntheticEvent, useRef } from "react";
import { Button } from "@/ui/button";
import { minutesLeft } from "@/ui/clock";
import { CopyButton } from "@/ui/copy";
import { DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Notice } from "@/ui/notice";
import type { Stage } from "./sign-in-stage";
import type { SigningIn } from "./use-sign-in";

type Props = { stage: Extract<Stage, { at: "waiting" | "exchanging" }>; signingIn: SigningIn };

/** The address to approve at and the field for the code. It looks the same while the code is exchanged. */
export function AskForCode({ stage, signingIn }: Props) {
  const { code, setCode, submit, cancel, begin, now, blocked } = signingIn;
  const { signIn, kind, until } = stage.begun;
  const form = useRef<HTMLFormElement>(null);
  const exchanging = stage.at === "exchanging";
  const trouble = stage.at === "waiting" ? stage.trouble : undefined;
  const hand = (event: SyntheticEvent) => {
    event.preventDefault();
    // The button that was pressed is about to rest: the focus stays with the code.
    form.current?.querySelector("input")?.focus();
    return submit();
  };
  return (
    <form ref={form} onSubmit={hand} className="grid grid-cols-1 gap-4">
      {blocked && <Notice kind="warn">Your browser did not open Claude’s page. Open it with the link below.</Notice>}
      <Step number={1} title="Approve on Claude’s page">
        <p>{blocked ? "It" : "It has opened in a new tab. It"} works on another device, too:</p>
        <div className="flex items-center gap-1 rounded-md border bg-sunken pl-3">
          <a
            href={signIn.url}
            target="_blank"
            rel="noreferrer noopener"
            className="flex h-9 min-w-0 flex-1 items-center gap-2 text-accent-text hover:underline"
          >
            <ExternalLink className="size-4 shrink-0" aria-hidden />
            <span className="sr-only">Open Claude’s page: </span>
            <span className="truncate font-mono text-xs">{signIn.url}</span>
          </a>
          <CopyButton text={signIn.url} label="Copy the link" />
        </div>
      </Step>
      <Step number={2} title="Paste the code that it shows">
        <Field
          label="Authorization code"
          error={trouble?.next === "correct" ? trouble.text : undefined}
          hint={
            <>
              It comes after you approve. The sign-in lapses in{" "}
              <span role="timer" className="tabular-nums">
                {minutesLeft(until, now)}
              </span>
              .
            </>
          }
        >
          {(ties) => (
            <Input
              {...ties}
              ref={focusOnArrival}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              readOnly={exchanging}
              className="font-mono"
              placeholder="code#state"
              autoComplete="off"
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              required
            />
          )}
        </Field>
        {trouble && trouble.next !== "correct" && <Notice kind="warn">{trouble.text}</Notice>}
      </Step>
      <p role="status" className="min-h-6 text-ink-soft text-sm">
        {exchanging && "The Core exchanges the code for its tokens. That takes a few seconds."}
      </p>
      <DialogActions>
        <Button
          kind="quiet"
          className="-ml-3.5 mr-auto max-sm:basis-full max-sm:justify-start"
          disabled={exchanging}
          onClick={() => begin(other(kind))}
        >
          {kind === "console" ? "Sign in with your own plan" : "Sign in for an organisation"}
        </Button>
        <Button onClick={cancel}>Cancel</Button>
        <Button type="submit" kind="primary" busy={exchanging} disabled={code.trim() === ""}>
          Sign in
        </Button>
      </DialogActions>
    </form>
  );
}

const other = (kind: "claudeai" | "console") => (kind === "console" ? "claudeai" : "console");

function Step({ number, title, children }: { number: number; title: string; children: React.ReactNode }) {
  return (
    <section className="flex gap-3">
      <span
        className="mt-px grid size-6 shrink-0 place-items-center rounded-full bg-sunken font-medium text-xs tabular-nums"
        aria-hidden
      >
        {number}
      </span>
      <div className="grid min-w-0 flex-1 grid-cols-1 gap-2 text-sm">
        <h3 className="font-medium text-base">{title}</h3>
        {children}
      </div>
    </section>
  );
}
