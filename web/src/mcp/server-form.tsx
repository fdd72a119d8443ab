import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import type { Server } from "@/api/schema";
import { Button } from "@/ui/button";
import { DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure, Notice } from "@/ui/notice";
import { check } from "./check";
import type { Draft } from "./draft";
import { KindChoice } from "./kind-choice";
import { ServerFields } from "./server-fields";

type Props = {
  draft: Draft;
  onChange: (draft: Draft) => void;
  ofAll: boolean;
  /** It takes the place of the one that was shown. */
  replaces: boolean;
  /** Names that are taken. */
  taken: readonly string[];
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onSet: (name: string, server: Server) => void;
};

export function ServerForm({ draft, onChange, ofAll, replaces, taken, busy, error, onCancel, onSet }: Props) {
  const form = useRef<HTMLFormElement>(null);
  /** How often it was given and not taken: what is wrong is said from then on. */
  const [tried, setTried] = useState(0);
  const checked = check(draft, ofAll);
  const faults = tried > 0 ? checked.faults : undefined;
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  useEffect(() => {
    if (tried > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tried]);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (checked.server) onSet(draft.name, checked.server);
    else setTried(tried + 1);
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="grid grid-cols-1 gap-4">
      {!replaces && (
        <Field label="Name" hint="Part of the name of each of its tools." error={faults?.name}>
          {(ties) => (
            <Input
              {...ties}
              ref={focusOnArrival}
              className="font-mono text-sm"
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
              maxLength={32}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
      )}
      {!replaces && taken.includes(draft.name) && (
        <Notice kind="warn">There is a server of this name. This one takes its place.</Notice>
      )}
      <KindChoice kind={draft.kind} onChange={(kind) => change({ kind })} />
      <ServerFields draft={draft} onChange={change} ofAll={ofAll} replaces={replaces} faults={faults} />
      <p className="text-ink-soft text-sm">
        It takes effect when a process of Claude Code starts. Processes that have nothing to do end now; a turn in
        progress goes on with what it has.
      </p>
      <Failure error={error} />
      <DialogActions>
        <Button onClick={onCancel} disabled={busy}>
          Cancel
        </Button>
        <Button type="submit" kind="primary" busy={busy}>
          {replaces || taken.includes(draft.name) ? "Replace it" : "Add it"}
        </Button>
      </DialogActions>
    </form>
  );
}
