import { useId } from "react";
import type { Question } from "@/api/schema";
import { Badge } from "@/ui/badge";
import { Input } from "@/ui/field";
import { oneLine } from "@/ui/one-line";
import { visible } from "../plain-text";
import { choose, type Given, write } from "./answers";

type Props = { question: Question; given: Given; disabled: boolean; onChange: (given: Given) => void };

export function QuestionField({ question, given, disabled, onChange }: Props) {
  const name = useId();
  return (
    <fieldset className="grid min-w-0 gap-1.5" disabled={disabled}>
      <legend className="mb-1.5 flex flex-wrap items-center gap-2 break-words text-sm">
        {question.header && <Badge>{oneLine(question.header, 40)}</Badge>}
        <span className="font-medium">{visible(question.question)}</span>
        {question.multi_select && <span className="text-ink-faint">Several may be chosen.</span>}
      </legend>
      {question.options.map(({ label, description }) => (
        <label
          key={label}
          className="flex cursor-pointer items-start gap-2.5 rounded-md border px-3 py-2 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2"
        >
          <input
            type={question.multi_select ? "checkbox" : "radio"}
            name={name}
            checked={given.chosen.includes(label)}
            onChange={(event) => onChange(choose(question, given, label, event.target.checked))}
            className="mt-1 accent-accent"
          />
          <span className="min-w-0 break-words">
            {visible(label)}
            {description && <span className="block text-ink-soft">{visible(description)}</span>}
          </span>
        </label>
      ))}
      <Input
        aria-label={`Own words: ${oneLine(question.question, 100)}`}
        placeholder={question.options.length === 0 ? "Your answer" : "Or in your own words"}
        value={given.own}
        maxLength={4000}
        onChange={(event) => onChange(write(question, given, event.target.value))}
      />
    </fieldset>
  );
}
