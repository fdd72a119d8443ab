import { Button } from "@/ui/button";
import { Tip } from "@/ui/tip";
import { visible } from "../plain-text";
import { ToolInput } from "../tool/tool-input";
import { DenyForm } from "./deny-form";
import { EditForm } from "./edit-form";
import type { FormProps } from "./form";
import { sessionRules } from "./rules";
import { useStep } from "./use-step";

/** Whether a tool may run, with exactly what it would get. */
export function PermissionForm(props: FormProps) {
  const { asked, reply, busy, blocked } = props;
  const { step, go, form } = useStep(props);
  const rules = sessionRules(asked.suggestions);
  // Often the tool's own input says it already.
  const said = JSON.stringify(asked.input)?.includes(JSON.stringify(asked.description ?? "").slice(1, -1));
  const about = said ? undefined : asked.description;
  const off = busy || blocked !== undefined;
  return (
    <>
      {about && <p className="mb-2 break-words text-ink-soft text-sm">{visible(about)}</p>}
      {step !== "edit" && <ToolInput name={asked.tool} input={asked.input} />}
      {step === "edit" && <EditForm {...props} {...form} />}
      {step === "deny" && <DenyForm {...props} {...form} />}
      {step === "look" && (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button kind="primary" disabled={off} busy={busy} onClick={() => reply({ decision: "allow" })}>
            Allow
          </Button>
          <Tip
            text={rules.length === 0 ? "The same call is not asked for again" : `Not asked again: ${rules.join(", ")}`}
          >
            <Button disabled={off} onClick={() => reply({ decision: "allow", scope: "session" })}>
              Allow for this session
            </Button>
          </Tip>
          <Button disabled={off} onClick={() => go("edit")}>
            Edit
          </Button>
          <Button disabled={off} onClick={() => go("deny")}>
            Deny
          </Button>
        </div>
      )}
      {step === "look" && rules.length > 0 && (
        <p className="mt-2 break-words text-ink-faint text-xs">
          For this session: <span className="font-mono">{rules.join(", ")}</span>
        </p>
      )}
    </>
  );
}
