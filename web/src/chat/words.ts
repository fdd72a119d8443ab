/** How modes, ends and costs are said. */
import type { InterruptReason, PermissionMode, TurnError, Usage } from "@/api/schema";

export const MODES: readonly (readonly [PermissionMode, string, string])[] = [
  ["default", "Ask first", "Claude asks before it changes something or runs a command."],
  ["accept_edits", "Accept edits", "Files in the workspace are changed without asking; commands are asked for."],
  ["plan", "Plan", "Claude reads and plans, and changes nothing."],
];

export const modeName = (mode: PermissionMode): string => MODES.find(([it]) => it === mode)?.[1] ?? mode;

const FAILURES: Record<TurnError, string> = {
  authentication_failed: "Claude refused the Core's sign-in. Sign the Core in again, then send the message once more.",
  rate_limited: "The plan or key has reached its limit.",
  overloaded: "Claude is overloaded. Try again in a while.",
  invalid_request: "Claude did not take the request.",
  model_not_found: "Claude has no such model. Choose another one above.",
  network: "The Core could not reach Claude. Try again when its network is back.",
  cli: "Claude Code on the Core failed.",
  unknown: "The turn failed.",
};

const INTERRUPTIONS: Record<InterruptReason, string> = {
  user: "Interrupted",
  agent_restarted: "Interrupted: the Core's agent was restarted. Send the message again to go on.",
  process_ended: "Interrupted: Claude Code ended. Send the message again to go on.",
  signed_out: "Interrupted: the Core was signed out.",
  revoked: "Interrupted: the Core was revoked.",
};

// A newer Core may know more reasons than this page.
export const failureWords = (error: string): string =>
  Object.entries(FAILURES).find(([it]) => it === error)?.[1] ?? FAILURES.unknown;
export const interruptionWords = (reason: string): string =>
  Object.entries(INTERRUPTIONS).find(([it]) => it === reason)?.[1] ?? INTERRUPTIONS.user;

export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60)
    return milliseconds < 10_000 ? `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s` : `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function cost(dollars: number): string {
  if (dollars === 0) return "$0";
  return dollars < 0.01 ? `$${dollars.toPrecision(2)}` : `$${dollars.toFixed(2)}`;
}

const count = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function tokens(usage: Usage): string {
  const read = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  return `${count.format(read)} in, ${count.format(usage.output_tokens)} out`;
}
