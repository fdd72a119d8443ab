/** What somebody has chosen and written so far in answer to questions. */
import type { Question } from "@/api/schema";
import { isRecord } from "@/api/shape";

export type Given = { readonly chosen: readonly string[]; readonly own: string };
export const NONE: Given = { chosen: [], own: "" };

/** By the place of the question: two may ask the same. */
export type Answers = Readonly<Record<number, Given>>;

export function choose(question: Question, given: Given, label: string, on: boolean): Given {
  if (!question.multi_select) return { chosen: on ? [label] : [], own: "" };
  const others = given.chosen.filter((it) => it !== label);
  return { ...given, chosen: on ? [...others, label] : others };
}

/** Own words take the place of the one option; where several may be chosen they stand beside them. */
export function write(question: Question, given: Given, own: string): Given {
  return { own, chosen: question.multi_select || own === "" ? given.chosen : [] };
}

/** As they are sent; undefined while a question has no answer. */
export function complete(
  questions: readonly Question[],
  answers: Answers,
): Record<string, string | string[]> | undefined {
  const made: Record<string, string | string[]> = {};
  for (const [at, question] of questions.entries()) {
    const { chosen, own } = answers[at] ?? NONE;
    const said = [...chosen, ...(own.trim() === "" ? [] : [own.trim()])];
    const [first] = said;
    if (first === undefined) return undefined;
    made[question.question] = question.multi_select ? said : first;
  }
  return made;
}

/** From what was kept. */
export function readAnswers(text: string): Answers {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return {};
    return Object.fromEntries(Object.entries(value).flatMap(([at, given]) => (isGiven(given) ? [[at, given]] : [])));
  } catch {
    return {};
  }
}

const isGiven = (value: unknown): value is Given =>
  isRecord(value) && typeof value.own === "string" && Array.isArray(value.chosen);
