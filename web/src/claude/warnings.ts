/** What somebody should know of a Core's sign-in before it stops their work, or because it has. */
import type { ClaudeState, CoreView, LastError, Me } from "@/api/schema";
import { isOthersPlan, presence } from "@/cores/core-state";
import { fromNow } from "@/ui/moment";
import { oneLine } from "@/ui/one-line";
import { isOver, windowName } from "./limits";

export type Warning = { readonly kind: "info" | "warn" | "bad"; readonly text: string };

export function warnings(core: CoreView, claude: ClaudeState, me: Me, now: Date): Warning[] {
  const all = [cli(core, claude), lapse(claude, now), ownership(core, claude, me), ...limits(claude, now)];
  return all.filter((warning) => warning !== undefined);
}

function cli(core: CoreView, { last_error: error }: ClaudeState): Warning | undefined {
  if (error?.kind === "cli_too_old") {
    return {
      kind: "bad",
      text: `The Claude CLI on this Core is too old (${oneLine(error.detail)}). On the host, as the Core’s user, run “core-agent cli update”.`,
    };
  }
  if (presence(core) === "online" && !core.cli_version) {
    return {
      kind: "bad",
      text: "No usable Claude CLI is known on this Core. On the host, as the Core’s user, “core-agent cli status” says what is there, and “core-agent cli install” fetches it.",
    };
  }
  return undefined;
}

function lapse(claude: ClaudeState, now: Date): Warning | undefined {
  const { state, last_error: error, expires_at: expires } = claude;
  if (state === "expired") return { kind: "bad", text: lapsed(claude.method, error) };
  if (state !== "signed_in" || !error || error.kind === "cli_too_old") return undefined;
  const why = `${reason(error)} (${oneLine(error.detail)}, ${fromNow(new Date(error.at), now)})`;
  if (!expires) return { kind: "warn", text: `${why}. It is tried again by itself.` };
  const at = new Date(expires);
  if (at <= now) {
    return {
      kind: "bad",
      text: `The access token lapsed ${fromNow(at, now)} and could not be refreshed: ${why}. It is tried again by itself; if it stays so, sign in again.`,
    };
  }
  return {
    kind: "warn",
    text: `The last refresh did not succeed: ${why}. It is tried again by itself; the access token lapses ${fromNow(at, now)}.`,
  };
}

function lapsed(method: ClaudeState["method"], error: LastError | null | undefined): string {
  const why = error ? ` ${reason(error)} (${oneLine(error.detail)}).` : "";
  if (method === "api_key") {
    return `The API key does not work.${why} Put a valid one on the host, and restart the agent.`;
  }
  return `The sign-in has lapsed.${why} Sign in again; what waits goes on then.`;
}

function reason({ kind }: LastError): string {
  switch (kind) {
    case "refresh_refused":
      return "Claude no longer accepts the refresh token";
    case "credentials_refused":
      return "Claude refused the credentials";
    case "network":
      return "Claude could not be reached";
    case "cli":
      return "The Claude CLI could not be run";
    case "cli_too_old":
      return "The Claude CLI is too old";
    case "credentials_missing":
      return "The credentials are gone from the host";
  }
}

function ownership(core: CoreView, claude: ClaudeState, me: Me): Warning | undefined {
  if (claude.method !== "oauth" || claude.state === "signed_out") return undefined;
  if (!claude.checked_at) {
    return { kind: "info", text: "The Core is asking its CLI whose sign-in this is. Messages wait until it knows." };
  }
  if (!claude.owner) {
    return {
      kind: "warn",
      text: "This sign-in was made on the host by hand, so nobody operates the Core with it. Sign it out, and in again here.",
    };
  }
  if (isOthersPlan({ ...core, claude }, me)) {
    return { kind: "info", text: "It uses the plan of somebody else, who alone works with it. You can read along." };
  }
  return undefined;
}

function limits({ limits: all = [], state }: ClaudeState, now: Date): Warning[] {
  if (state !== "signed_in") return [];
  return all.flatMap((limit): Warning[] => {
    if (isOver(limit, now)) return [];
    const then = limit.resets_at ? ` It begins anew ${fromNow(new Date(limit.resets_at), now)}.` : "";
    const name = windowName(limit.window);
    if (limit.status === "rejected") return [{ kind: "bad", text: `The plan’s limit “${name}” is used up.${then}` }];
    if (limit.status === "allowed_warning") {
      return [{ kind: "warn", text: `The plan’s limit “${name}” is nearly used up.${then}` }];
    }
    return [];
  });
}
