import { Field, Input } from "@/ui/field";
import type { LabelsRead } from "./core-name";

type Props = { text: string; onChange: (text: string) => void; read: LabelsRead };

export function LabelsField({ text, onChange, read }: Props) {
  return (
    <Field
      label="Labels"
      hint="To tell Cores apart: team=red, gpu"
      error={"error" in read && text !== "" ? read.error : undefined}
    >
      {(ties) => (
        <Input
          {...ties}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
    </Field>
  );
}
