/** What happened to a session, in a sentence. */
import { moment } from "@/ui/moment";
import { oneLine } from "@/ui/one-line";
import { modeName } from "../words";
import type { Note } from "./model";

const PROCESS_ENDS = new Map(
  Object.entries({
    exited: "Claude Code ended by itself. The next message starts it again.",
    killed: "Claude Code was ended. The next message starts it again.",
    signed_out: "Claude Code ended: the Core was signed out.",
    revoked: "Claude Code ended: the Core was revoked.",
  }),
);

const BYPASS_ENDS = new Map(
  Object.entries({
    lapsed: "the time is up",
    process_ended: "its process ended",
    agent_restarted: "the Core's agent was restarted",
  }),
);

const by = (actor: { name: string } | null | undefined) => (actor ? oneLine(actor.name, 80) : "Claude");

export function noteWords({ event, before }: Note): string {
  switch (event.kind) {
    case "session_created":
      return `${by(event.by)} forked this session; what came before is the other one's too.`;
    case "title_changed":
      return event.title
        ? `${by(event.by)} named it “${oneLine(event.title)}”.`
        : `${by(event.by)} took its name away.`;
    case "visibility_changed":
      return event.visibility === "private"
        ? `${by(event.by)} made it private.`
        : `${by(event.by)} shared it with everybody on this Core.`;
    case "session_archived":
      return `${by(event.by)} archived it.`;
    case "session_unarchived":
      return `${by(event.by)} took it out of the archive.`;
    case "model_changed":
      return `${by(event.by)} chose the model ${oneLine(event.model, 80)}.`;
    case "permission_mode_changed":
      // Nobody changed it where a session that is resumed or forked falls back to asking.
      return event.by
        ? `${by(event.by)} changed the mode to “${oneLine(modeName(event.mode), 80)}”.`
        : `The mode is “${oneLine(modeName(event.mode), 80)}” now.`;
    case "bypass_began":
      return `${by(event.by)} lets it run without asking until ${clock(event.until)}.`;
    case "bypass_ended": {
      const why = event.by ? by(event.by) : (BYPASS_ENDS.get(event.reason) ?? "it was ended");
      return `It asks again: ${why}.`;
    }
    case "process_started":
      return `Claude Code is ${oneLine(event.cli_version ?? "another version", 40)} now; it was ${oneLine(before ?? "another", 40)}.`;
    case "process_ended":
      return PROCESS_ENDS.get(event.reason) ?? "Claude Code ended.";
    case "rate_limit": {
      const limit = oneLine((event.limit?.window ?? "plan").replaceAll("_", " "), 40);
      const until = event.limit?.resets_at ? ` It begins anew at ${clock(event.limit.resets_at)}.` : "";
      return event.limit?.status === "rejected"
        ? `The plan's ${limit} limit is reached.${until}`
        : `The plan's ${limit} limit is nearly reached.${until}`;
    }
    default:
      return event.kind;
  }
}

function clock(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? oneLine(at, 40) : moment(date);
}
