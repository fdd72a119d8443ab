import { useState } from "react";
import { useKept } from "../kept";
import type { FormProps, StepProps } from "./form";

/** To look at what is asked for, to allow it with changes, or to say no. */
type Step = "look" | "edit" | "deny";

const STEPS: readonly Step[] = ["look", "edit", "deny"];

/**
 * How far somebody is with an approval. Kept as what they write is: where a row was out of view, "Allow" must not stand
 * in the place of "Allow as edited".
 */
export function useStep({ asked, reply }: FormProps) {
  const [kept, keep, forget] = useKept(`step.${asked.approval}`, "look");
  const [opened, setOpened] = useState(false);
  const go = (step: Step) => {
    keep(step);
    setOpened(true);
  };
  const form: Pick<StepProps, "opened" | "onBack" | "reply"> = {
    opened,
    onBack: () => go("look"),
    reply: (answer, onAccepted) =>
      reply(answer, () => {
        onAccepted?.();
        forget();
      }),
  };
  return { step: STEPS.find((it) => it === kept) ?? "look", go, form };
}
