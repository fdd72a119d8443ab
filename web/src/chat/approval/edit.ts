/** Editing what a tool is asked to get: the part that people change, or all of it as JSON. */
import { isRecord } from "@/api/shape";

const FIELDS: Readonly<Record<string, string>> = { Bash: "command", Write: "content", Edit: "new_string" };
const LABELS: Readonly<Record<string, string>> = {
  command: "Command",
  content: "Content of the file",
  new_string: "New text",
};

export type Editable = { readonly label: string; readonly text: string };

export function editable(tool: string, input: unknown): Editable {
  const field = fieldOf(tool, input);
  if (field) return { label: LABELS[field.name] ?? field.name, text: field.text };
  return { label: "Input as JSON", text: JSON.stringify(input, undefined, 2) ?? "{}" };
}

export type Edited = { readonly input: Readonly<Record<string, unknown>> } | { readonly fault: string };

export function edited(tool: string, input: unknown, text: string): Edited {
  const field = fieldOf(tool, input);
  if (field && isRecord(input)) return { input: { ...input, [field.name]: text } };
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? { input: value } : { fault: "The input is an object: it begins with { and ends with }." };
  } catch (error) {
    return { fault: `This is no JSON: ${error instanceof Error ? error.message : "it cannot be read"}` };
  }
}

function fieldOf(tool: string, input: unknown): { name: string; text: string } | undefined {
  const name = FIELDS[tool];
  if (name === undefined || !isRecord(input)) return undefined;
  const text = input[name];
  return typeof text === "string" ? { name, text } : undefined;
}
