import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { focusInPlace } from "@/ui/focus";
import { useKept } from "../kept";
import type { StepProps } from "./form";

type Props = StepProps & { label?: string; action?: string };

/** No, and why: the model reads it. */
export function DenyForm({ asked, reply, busy, blocked, opened, onBack, label = "Why not", action = "Deny" }: Props) {
  const [reason, setReason, forget] = useKept(`deny.${asked.approval}`, "");
  const deny = () => {
    const message = reason.trim();
    reply({ decision: "deny", ...(message === "" ? {} : { message }) }, forget);
  };
  return (
    <form
      className="mt-3 grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        deny();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onBack();
      }}
    >
      <Field label={label} hint="Claude reads it. It may stay empty.">
        {(ties) => (
          <TextArea
            {...ties}
            ref={opened ? focusInPlace : null}
            rows={2}
            maxLength={4000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="danger" busy={busy} disabled={blocked !== undefined}>
          {action}
        </Button>
        <Button kind="quiet" disabled={busy} onClick={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}
