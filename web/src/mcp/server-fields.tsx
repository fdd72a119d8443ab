import { Field, Input } from "@/ui/field";
import type { Faults } from "./check";
import { type Draft, isSecretHeader } from "./draft";
import { LinesField } from "./lines-field";
import { PairsField } from "./pairs-field";

type Props = {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  ofAll: boolean;
  replaces: boolean;
  faults: Faults | undefined;
};

const plain = { autoCapitalize: "none", autoComplete: "off", spellCheck: false } as const;

/** What a program is started with, or what an address is asked with. */
export function ServerFields({ draft, onChange, ofAll, replaces, faults }: Props) {
  if (draft.kind === "stdio") {
    return (
      <>
        <Field
          label="Program"
          error={faults?.command}
          hint={
            ofAll
              ? "An absolute path, or a name that the Core's PATH leads to. It starts in the home folder of the Core's user."
              : "It starts in the workspace, and may be one of it: to set one is to trust what lies there."
          }
        >
          {(ties) => (
            <Input
              {...ties}
              {...plain}
              className="font-mono text-sm"
              value={draft.command}
              onChange={(event) => onChange({ command: event.target.value })}
            />
          )}
        </Field>
        <LinesField lines={draft.args} onChange={(args) => onChange({ args })} error={faults?.args} />
        <PairsField
          one="Variable"
          legend="Environment variables"
          pairs={draft.env}
          faults={faults?.pairs}
          onChange={(env) => onChange({ env })}
        />
      </>
    );
  }
  return (
    <>
      <Field
        label="Address"
        error={faults?.url}
        hint={
          replaces
            ? "What followed a ? in it was not shown, for it may be secret. Type it again if there was something."
            : "The Core asks it, not this browser. What follows a ? in it is shown to nobody again."
        }
      >
        {(ties) => (
          <Input
            {...ties}
            {...plain}
            inputMode="url"
            className="font-mono text-sm"
            value={draft.url}
            onChange={(event) => onChange({ url: event.target.value })}
          />
        )}
      </Field>
      <PairsField
        one="Header"
        legend="Headers"
        pairs={draft.headers}
        alwaysSecret={isSecretHeader}
        faults={faults?.pairs}
        onChange={(headers) => onChange({ headers })}
      />
    </>
  );
}
