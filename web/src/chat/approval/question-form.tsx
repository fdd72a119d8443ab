import type { Question } from "@/api/schema";
import { Button } from "@/ui/button";
import { useKept } from "../kept";
import { complete, NONE, readAnswers } from "./answers";
import { DenyForm } from "./deny-form";
import type { FormProps } from "./form";
import { QuestionField } from "./question-field";
import { useStep } from "./use-step";

export function QuestionForm(props: FormProps & { questions: readonly Question[] }) {
  const { asked, questions, reply, busy, blocked } = props;
  const [kept, keep, forget] = useKept(`answers.${asked.approval}`, "");
  const { step, go, form } = useStep(props);
  const given = readAnswers(kept);
  const answers = complete(questions, given);
  if (step === "deny") {
    return <DenyForm {...props} {...form} label="Why you do not answer" action="Do not answer" />;
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!answers) return;
        reply({ decision: "allow", answers }, forget);
      }}
    >
      {questions.map((question, at) => (
        <QuestionField
          // biome-ignore lint/suspicious/noArrayIndexKey: the questions of an approval never change
          key={at}
          question={question}
          given={given[at] ?? NONE}
          disabled={busy || blocked !== undefined}
          onChange={(next) => keep(JSON.stringify({ ...given, [at]: next }))}
        />
      ))}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={busy} disabled={!answers || blocked !== undefined}>
          Answer
        </Button>
        <Button disabled={busy || blocked !== undefined} onClick={() => go("deny")}>
          Do not answer
        </Button>
      </div>
    </form>
  );
}
