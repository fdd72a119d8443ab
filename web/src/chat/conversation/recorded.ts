/** Reading what a Core says of a session. It may be newer than this page, or mean ill: what does not look as it should is kept as it came. */
import type { Recorded } from "@/api/schema";
import { anything, type Check, flag, isRecord, like, list, maybe, number, type Shape, shape, text } from "@/api/shape";

export type Kind = Recorded["kind"];
export type Of<K extends Kind> = Extract<Recorded, { kind: K }>;

/** An event that this version does not understand. */
export type Strange = { readonly kind: "strange"; readonly seq: number; readonly at: string; readonly line: unknown };
export type Told = Recorded | Strange;

const actor = shape({ user: text, name: text });
const usage = shape({
  cost_usd: number,
  input_tokens: number,
  output_tokens: number,
  cache_read_input_tokens: number,
  cache_creation_input_tokens: number,
  duration_ms: number,
});
const image = shape({ hash: like(/^[0-9a-f]{64}$/), media_type: text, size: number, width: number, height: number });
const block = { turn: text, message: text, block: number, text };
const question = shape({
  question: text,
  header: maybe(text),
  multi_select: flag,
  options: list(shape({ label: text, description: maybe(text) })),
});
const asks: Check = (value) =>
  shape({ type: like(/^(?:permission|questions|plan)$/), questions: maybe(list(question)), plan: maybe(text) })(
    value,
  ) &&
  isRecord(value) &&
  (value.type !== "questions" || Array.isArray(value.questions)) &&
  (value.type !== "plan" || text(value.plan));

const SHAPES: { readonly [K in Kind]: Shape } = {
  session_created: { by: actor, workspace: text, model: maybe(text), permission_mode: text, visibility: maybe(text) },
  title_changed: { by: actor, title: maybe(text) },
  visibility_changed: { by: actor, visibility: text },
  session_archived: { by: actor },
  session_unarchived: { by: actor },
  message_accepted: { turn: text, text, by: actor, images: maybe(list(image)) },
  turn_started: { turn: text, model: maybe(text) },
  text_delta: block,
  thinking_delta: block,
  text: block,
  thinking: block,
  message_discarded: { turn: text, message: text },
  tool_use: { turn: text, message: text, tool_use: text, name: text, input: anything },
  tool_result: { turn: text, tool_use: text, content: anything, is_error: flag },
  approval_requested: {
    turn: text,
    approval: text,
    tool_use: maybe(text),
    tool: text,
    input: anything,
    description: maybe(text),
    asks: maybe(asks),
  },
  approval_decided: {
    turn: text,
    approval: text,
    decision: text,
    by: actor,
    message: maybe(text),
    through: maybe(text),
    terms: maybe(shape({ rules: maybe(list(text)), input: maybe(isRecord), answers: maybe(isRecord) })),
  },
  approval_withdrawn: { turn: text, approval: text, reason: text },
  retrying: { turn: text, attempt: number, max_attempts: number, status: maybe(number), error: text },
  rate_limit: { turn: text, limit: maybe(shape({ window: text, status: text, resets_at: maybe(text) })) },
  model_changed: { model: text, by: actor },
  permission_mode_changed: { mode: text, by: maybe(actor) },
  bypass_began: { by: actor, until: text },
  bypass_ended: { reason: text, by: maybe(actor) },
  turn_completed: { turn: text, usage },
  turn_failed: { turn: text, error: text, status: maybe(number), detail: text, usage: maybe(usage) },
  turn_interrupted: { turn: text, reason: text, by: maybe(actor), usage: maybe(usage) },
  process_started: { resumed: flag, cli_version: maybe(text) },
  process_ended: { reason: text, exit_code: maybe(number) },
  unknown: { turn: maybe(text), line: anything },
};

/** An event from its JSON. Undefined: it has not even a place in the history. */
export function read(json: string): Told | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  return understood(value);
}

export function understood(value: unknown): Told | undefined {
  if (!isRecord(value)) return undefined;
  const { seq, at } = value;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || typeof at !== "string") return undefined;
  return isRecorded(value) ? value : { kind: "strange", seq, at, line: value };
}

function isRecorded(value: unknown): value is Recorded {
  return isRecord(value) && isKind(value.kind) && shape(SHAPES[value.kind])(value);
}

const isKind = (kind: unknown): kind is Kind => typeof kind === "string" && Object.hasOwn(SHAPES, kind);
