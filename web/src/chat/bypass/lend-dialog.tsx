import { type SyntheticEvent, useState } from "react";
import { isProblem } from "@/api/problem";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Failure, Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { MINUTES, secondsOf } from "./lending";
import { useLend } from "./use-bypass";

type Props = { core: string; session: string; onClose: () => void };

/** Lets a session run without asking, for a while. */
export function LendDialog({ core, session, onClose }: Props) {
  const [minutes, setMinutes] = useState(String(MINUTES[0]));
  const lend = useLend(core, session, onClose);
  const seconds = secondsOf(minutes);
  const disabled = isProblem(lend.error, "bypass-disabled");
  const choose = (text: string) => {
    setMinutes(text);
    lend.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (seconds !== undefined) lend.mutate(seconds);
  };
  const fault = isProblem(lend.error, "invalid-body")
    ? `The Core lends less: ${oneLine(lend.error.detail ?? lend.error.title)}.`
    : seconds === undefined
      ? "Say how many minutes: more than none, and at most a day of them."
      : undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !lend.isPending && onClose()}
      title="Let it run without asking"
      description="For a while, every tool is allowed in your name, whoever writes in the session."
    >
      <form onSubmit={submit} noValidate className="grid grid-cols-1 gap-4 text-sm">
        <Notice kind="warn">
          Commands run as the Core's user and are seen afterwards only. They can do and read whatever that user can.
        </Notice>
        <Field label="For how many minutes" error={fault} hint="How long at most, the Core's configuration says.">
          {(ties) => (
            <div className="flex flex-wrap gap-2">
              <Input
                {...ties}
                className="w-20"
                inputMode="decimal"
                autoComplete="off"
                value={minutes}
                onChange={(event) => choose(event.target.value)}
              />
              {MINUTES.map((it) => (
                <Button
                  key={it}
                  aria-label={`${it} minutes`}
                  aria-pressed={minutes === String(it)}
                  className={cn("min-w-11 px-2", minutes === String(it) && "border-accent bg-accent-soft")}
                  onClick={() => choose(String(it))}
                >
                  {it}
                </Button>
              ))}
            </div>
          )}
        </Field>
        <ul className="grid list-disc gap-1 pl-5">
          <li>It ends by itself, also in mid-turn, and when the session's process ends. Anybody here can end it.</li>
          <li>Questions and plans still wait for a person. What is denied stays denied.</li>
          <li>Everybody who sees the session sees that it runs so, and in whose name.</li>
        </ul>
        {disabled ? (
          <Notice kind="bad">
            This Core lets no session run without asking. Whoever runs its host can allow it: <code>bypass_max</code> in
            the agent's configuration.
          </Notice>
        ) : (
          !isProblem(lend.error, "invalid-body") && <Failure error={lend.error} />
        )}
        <DialogActions>
          <Button onClick={onClose} disabled={lend.isPending}>
            Cancel
          </Button>
          <Button type="submit" kind="danger" busy={lend.isPending} disabled={seconds === undefined}>
            Do not ask
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
