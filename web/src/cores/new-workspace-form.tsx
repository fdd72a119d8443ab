import type { UseMutationResult } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { isProblem } from "@/api/problem";
import type { CoreView, Workspace } from "@/api/schema";
import { Button } from "@/ui/button";
import { DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure } from "@/ui/notice";
import {
  addressTrouble,
  isWorkspaceName,
  keepDraft,
  keptDraft,
  nameOf,
  WORKSPACE_NAME_HINT,
  type WorkspaceDraft,
} from "./workspace-draft";

type Props = {
  core: CoreView;
  create: Pick<UseMutationResult<Workspace, Error, WorkspaceDraft>, "error" | "isPending" | "reset">;
  onSubmit: (draft: WorkspaceDraft) => void;
  onCancel: () => void;
};

export function NewWorkspaceForm({ core, create, onSubmit, onCancel }: Props) {
  const [draft, setDraft] = useState(() => keptDraft(core.id));
  const change = (part: Partial<WorkspaceDraft>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    keepDraft(core.id, next);
    create.reset();
  };
  const cloning = draft.from === "clone";
  const name = draft.name || (cloning ? nameOf(draft.url) : "");
  const badAddress = cloning && draft.url !== "" ? addressTrouble(draft.url) : undefined;
  const taken = isProblem(create.error, "workspace-exists");
  const badName = taken
    ? `There is a workspace “${name}” already.`
    : name !== "" && !isWorkspaceName(name)
      ? WORKSPACE_NAME_HINT
      : undefined;
  const complete = isWorkspaceName(name) && (!cloning || (draft.url !== "" && badAddress === undefined));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (complete) onSubmit({ ...draft, name });
  };
  const plain = { autoCapitalize: "none", autoComplete: "off", spellCheck: false } as const;
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <fieldset className="flex flex-wrap gap-2">
        <legend className="sr-only">What it begins with</legend>
        <Choice checked={!cloning} onChoose={() => change({ from: "empty" })} label="Empty" />
        <Choice checked={cloning} onChoose={() => change({ from: "clone" })} label="From a repository" />
      </fieldset>
      {cloning && (
        <>
          <Field
            label="Address"
            error={badAddress}
            hint="https://…, ssh://… or user@host:path. For a private one the Core needs a deploy key or a credential."
          >
            {(ties) => (
              <Input
                {...ties}
                {...plain}
                value={draft.url}
                onChange={(event) => change({ url: event.target.value.trim() })}
                inputMode="url"
                className="font-mono text-sm"
                required
              />
            )}
          </Field>
          <Field label="Branch or tag" hint="Without one, the branch that the repository names itself.">
            {(ties) => (
              <Input
                {...ties}
                {...plain}
                value={draft.branch}
                onChange={(event) => change({ branch: event.target.value.trim() })}
              />
            )}
          </Field>
        </>
      )}
      <Field label="Name" error={badName}>
        {(ties) => (
          <Input
            {...ties}
            {...plain}
            ref={focusOnArrival}
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
            placeholder={cloning ? nameOf(draft.url) : ""}
            maxLength={64}
            required={!cloning}
          />
        )}
      </Field>
      {!taken && <Failure error={create.error} />}
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" kind="primary" busy={create.isPending} disabled={!complete}>
          {cloning ? "Clone" : "Make it"}
        </Button>
      </DialogActions>
    </form>
  );
}

function Choice({ checked, onChoose, label }: { checked: boolean; onChoose: () => void; label: string }) {
  return (
    <label className="flex min-h-9 cursor-pointer items-center gap-2 rounded-md border px-3 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2">
      <input type="radio" name="from" checked={checked} onChange={onChoose} className="accent-accent" />
      {label}
    </label>
  );
}
