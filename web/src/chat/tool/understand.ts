/** What a tool is asked to do, as far as it is known here. All others are shown as they are. */
import { isRecord } from "@/api/shape";
import { oneLine } from "@/ui/one-line";

export type Change = { readonly before: string; readonly after: string };

export type Doing =
  | {
      readonly does: "run";
      readonly command: string;
      /** What it is for, in the model's words. */
      readonly about: string | undefined;
      readonly rest: Readonly<Record<string, unknown>>;
    }
  | {
      readonly does: "change";
      readonly file: string;
      readonly changes: readonly Change[];
      readonly rest: Readonly<Record<string, unknown>>;
    }
  | { readonly does: "other"; readonly input: unknown };

export function understand(name: string, input: unknown): Doing {
  if (!isRecord(input)) return { does: "other", input };
  if (name === "Bash" && typeof input.command === "string") {
    const { command, description, ...rest } = input;
    if (typeof description === "string") return { does: "run", command: input.command, about: description, rest };
    return {
      does: "run",
      command: input.command,
      about: undefined,
      rest: description === undefined ? rest : { ...rest, description },
    };
  }
  const { file_path: file, ...others } = input;
  if (typeof file !== "string") return { does: "other", input };
  if (name === "Write" && typeof others.content === "string") {
    const { content, ...rest } = others;
    return { does: "change", file, changes: [{ before: "", after: others.content }], rest };
  }
  if (name === "Edit") {
    const change = changeOf(others);
    const { old_string, new_string, ...rest } = others;
    if (change) return { does: "change", file, changes: [change], rest };
  }
  if (name === "MultiEdit" && Array.isArray(others.edits)) {
    const changes = others.edits.map(changeOf);
    const { edits, ...rest } = others;
    if (changes.every((change) => change !== undefined)) return { does: "change", file, changes, rest };
  }
  return { does: "other", input };
}

function changeOf(value: unknown): Change | undefined {
  if (!isRecord(value)) return undefined;
  const { old_string: before, new_string: after } = value;
  return typeof before === "string" && typeof after === "string" ? { before, after } : undefined;
}

/** What says most of a tool's input, in this order. */
const TELLING = [
  "description",
  "file_path",
  "pattern",
  "path",
  "query",
  "url",
  "command",
  "prompt",
  "skill",
  "notebook_path",
];

/** One line that says what it does. */
export function summary(name: string, input: unknown): string {
  const doing = understand(name, input);
  if (doing.does === "run") return oneLine(doing.command);
  if (doing.does === "change") return oneLine(doing.file);
  if (!isRecord(input)) return "";
  if (name === "Read" && typeof input.file_path === "string") return oneLine(input.file_path);
  if (Array.isArray(input.questions))
    return input.questions.length === 1 ? "1 question" : `${input.questions.length} questions`;
  if (Array.isArray(input.todos)) return input.todos.length === 1 ? "1 item" : `${input.todos.length} items`;
  for (const key of TELLING) {
    const value = input[key];
    if (typeof value === "string" && value !== "") return oneLine(value);
  }
  return "";
}
