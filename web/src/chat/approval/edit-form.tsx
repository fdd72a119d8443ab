import { useState } from "react";
import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { focusInPlace } from "@/ui/focus";
import { useKept } from "../kept";
import { editable, edited } from "./edit";
import type { StepProps } from "./form";

/** Allows a tool with another input than the one that was asked for. */
export function EditForm({ asked, reply, busy, blocked, opened, onBack }: StepProps) {
  const { label, text: before } = editable(asked.tool, asked.input);
  const [text, setText, forget] = useKept(`edit.${asked.approval}`, before);
  const [fault, setFault] = useState<string>();
  const allow = () => {
    const result = edited(asked.tool, asked.input, text);
    if ("fault" in result) {
      setFault(result.fault);
      return;
    }
    reply({ decision: "allow", ...(text === before ? {} : { input: result.input }) }, forget);
  };
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        allow();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onBack();
      }}
    >
      <Field label={label} error={fault}>
        {(ties) => (
          <TextArea
            {...ties}
            ref={opened ? focusInPlace : null}
            className="font-mono text-xs leading-5"
            rows={Math.min(16, Math.max(3, text.split("\n").length + 1))}
            spellCheck={false}
            autoCapitalize="none"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setFault(undefined);
            }}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={busy} disabled={blocked !== undefined}>
          {text === before ? "Allow" : "Allow as edited"}
        </Button>
        <Button kind="quiet" disabled={busy} onClick={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}
