import { Button } from "@/ui/button";
import { Markdown } from "../markdown/markdown";
import { DenyForm } from "./deny-form";
import type { FormProps } from "./form";
import { useStep } from "./use-step";

/** Whether to begin with a plan, and in which mode. */
export function PlanForm(props: FormProps & { plan: string }) {
  const { plan, reply, busy, blocked } = props;
  const { step, go, form } = useStep(props);
  const off = busy || blocked !== undefined;
  return (
    <>
      {plan.trim() === "" ? (
        <p className="text-ink-soft text-sm">It stands in the conversation above.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard
        <section className="max-h-[60dvh] overflow-y-auto rounded-md border px-4 py-3" tabIndex={0} aria-label="Plan">
          <Markdown text={plan} />
        </section>
      )}
      {step === "deny" ? (
        <DenyForm {...props} {...form} label="What to plan otherwise" action="Keep planning" />
      ) : (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button
            kind="primary"
            disabled={off}
            busy={busy}
            onClick={() => reply({ decision: "allow", mode: "default" })}
          >
            Begin, and ask first
          </Button>
          <Button disabled={off} onClick={() => reply({ decision: "allow", mode: "accept_edits" })}>
            Begin, and accept edits
          </Button>
          <Button disabled={off} onClick={() => go("deny")}>
            Keep planning
          </Button>
        </div>
      )}
    </>
  );
}
