/** From events to what a reader sees. Pure: the conversation before stays as it was, and what did not change is shared. */
import { Draft } from "./draft";
import type { Conversation } from "./model";
import type { Told } from "./recorded";

/** Takes a batch. What it has already is ignored, so that a repeated event does no harm. */
export function apply(before: Conversation, events: readonly Told[]): Conversation {
  const draft = new Draft(before);
  for (const event of events) {
    if (event.seq <= draft.seq) continue;
    // Numbers are dense: between these, something is missing that the Core did not send.
    if (event.seq > draft.seq + 1) draft.missing(event.seq - draft.seq - 1);
    draft.seq = event.seq;
    take(draft, event);
  }
  return draft.done();
}

function take(draft: Draft, event: Told): void {
  switch (event.kind) {
    case "session_created":
      draft.about({
        model: event.model ?? null,
        mode: event.permission_mode,
        ...(event.visibility === undefined ? {} : { visibility: event.visibility }),
      });
      if (event.forked_from) draft.note(event);
      break;
    case "title_changed":
      draft.about({ title: event.title ?? null });
      // A name that it was born with is no news.
      if (draft.hasTurns) draft.note(event);
      break;
    case "visibility_changed":
      draft.about({ visibility: event.visibility });
      draft.note(event);
      break;
    case "session_archived":
    case "session_unarchived":
      draft.about({ archived: event.kind === "session_archived" });
      draft.note(event);
      break;
    case "model_changed":
      draft.about({ model: event.model });
      draft.note(event);
      break;
    case "permission_mode_changed":
      draft.about({ mode: event.mode });
      draft.note(event);
      break;
    case "bypass_began":
      draft.about({ bypass: { by: event.by, until: event.until } });
      draft.note(event);
      break;
    case "bypass_ended":
      draft.about({ bypass: undefined });
      draft.note(event);
      break;
    case "process_started":
      draft.processStarted(event);
      break;
    case "process_ended":
      // One that had nothing to do is none of the reader's business.
      if (event.reason !== "idle" && event.reason !== "shutdown") draft.note(event);
      break;
    case "message_accepted":
      draft.accept(event);
      break;
    case "turn_started":
      draft.begin(event);
      break;
    case "text_delta":
    case "thinking_delta":
      draft.turn(event.turn).stream(event);
      break;
    case "text":
    case "thinking":
      draft.turn(event.turn).settle(event);
      break;
    case "message_discarded":
      draft.turn(event.turn).discard(event.message);
      break;
    case "tool_use":
      draft.turn(event.turn).use(event);
      break;
    case "tool_result":
      draft.turn(event.turn).result(event);
      break;
    case "approval_requested":
      draft.turn(event.turn).ask(event);
      break;
    case "approval_decided":
    case "approval_withdrawn":
      draft.turn(event.turn).decide(event);
      break;
    case "retrying":
      draft.turn(event.turn).retry(event);
      break;
    case "rate_limit":
      if (event.limit && event.limit.status !== "allowed") draft.note(event);
      break;
    case "turn_completed":
    case "turn_failed":
    case "turn_interrupted":
      draft.end(event);
      break;
    case "unknown":
    case "strange":
      draft.unknown(event.line, event.seq);
      break;
  }
}
