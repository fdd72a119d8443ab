/** What went wrong with a sign-in, in words, and what comes next. Pure: decided by the problem's type alone. */
import { isProblem, Unreachable, words } from "@/api/problem";
import { oneLine } from "@/ui/one-line";

export type Trouble = {
  readonly text: string;
  /**
   * `correct`: the sign-in waits for another code. `resend`: whether the code arrived is not known, and it may be sent again.
   * `watch`: the Core has the code already. `begin`: it is over, and another one may be begun. `stop`: nor may that.
   */
  readonly next: "correct" | "resend" | "watch" | "begin" | "stop";
};

const LAPSED =
  "This sign-in is over: it waits ten minutes for its code, and takes one that fits only once. Begin again.";

export const lapsed: Trouble = { text: LAPSED, next: "begin" };

/** `handing`: a code was on its way, so that the sign-in itself may still wait. */
export function trouble(error: unknown, handing: boolean): Trouble {
  if (error instanceof Unreachable) {
    return handing
      ? {
          text: "The gateway cannot be reached. Your code stays here: send it again when the connection is back.",
          next: "resend",
        }
      : { text: "The gateway cannot be reached. Begin again when the connection is back.", next: "begin" };
  }
  if (!isProblem(error)) return { text: words(error), next: handing ? "resend" : "begin" };
  switch (error.slug) {
    case "sign-in-wrong-code":
      return {
        text: "Claude refused the code, and a sign-in tries one code only. Begin again, and copy the whole of the new code.",
        next: "begin",
      };
    case "sign-in-wrong-state":
      return {
        text: "This code belongs to another sign-in, perhaps to a page that you opened before. Copy the code of the page that this sign-in has opened.",
        next: "correct",
      };
    case "sign-in-malformed":
      return {
        text: `This is not the whole code${error.detail ? ` (${oneLine(error.detail)})` : ""}. It has a # in its middle: copy all of it.`,
        next: "correct",
      };
    case "sign-in-network":
      return {
        text: "The Core could not reach Claude to exchange the code. Look at the network of its host, and begin again.",
        next: "begin",
      };
    case "sign-in-lapsed":
      return lapsed;
    case "sign-in-superseded":
      return {
        text: "You have begun a newer sign-in of this Core, perhaps in another window. Go on there, or begin again here.",
        next: "begin",
      };
    case "sign-in-in-progress":
      return {
        text: "Somebody else is signing this Core in at this moment. Begin again when they are done, which takes ten minutes at most.",
        next: "begin",
      };
    case "sign-in-failed":
      return {
        text: "The Claude CLI ended without a sign-in. Begin again; if that happens again, “core-agent logs” on the host says why.",
        next: "begin",
      };
    case "sign-in-unconfirmed":
      return {
        text: "The Core does not know yet whose its present sign-in is. It is asking its CLI: begin again in a moment.",
        next: "begin",
      };
    case "owner-only":
      return {
        text: "This Core is signed in with the plan of somebody else. They, or an administrator, sign it out first.",
        next: "stop",
      };
    case "api-key-configured":
      return {
        text: "The host of this Core holds an API key, which comes first. To sign in instead, remove the key there and restart the agent.",
        next: "stop",
      };
    case "cli-too-old":
      return {
        text: "The Claude CLI on this Core is too old. On the host, as the Core’s user, run “core-agent cli update”, and begin again.",
        next: "begin",
      };
    case "claude-unavailable":
      return {
        text: "The Claude CLI cannot be run on this Core. On the host, as the Core’s user, “core-agent cli status” says what is there, and “core-agent cli install” fetches it. Then begin again.",
        next: "begin",
      };
    case "core-offline":
      return handing
        ? { text: "The Core went offline. Your code stays here: send it again when the Core is back.", next: "resend" }
        : { text: "The Core is offline. Begin again when it is back.", next: "begin" };
    case "core-revoked":
      return { text: "The Core was revoked: it signs in nowhere until an administrator restores it.", next: "stop" };
    case "forbidden":
      return handing
        ? { text: "Somebody else has begun this sign-in, and they alone end it. Begin your own.", next: "begin" }
        : { text: "You may not sign this Core in. Whoever administers it can.", next: "stop" };
    case "not-found":
      return handing
        ? { text: "The Core no longer knows this sign-in: its agent was restarted. Begin again.", next: "begin" }
        : { text: "This Core is not there any more.", next: "stop" };
    case "conflict":
      return { text: "The Core has this code already.", next: "watch" };
    case "unauthenticated":
      return handing
        ? { text: "Your login has ended. Log in again; your code stays here, to be sent once more.", next: "resend" }
        : { text: "Your login has ended. Log in again, and begin again.", next: "begin" };
    default:
      return handing
        ? {
            text: `${words(error)}. If the Core has the code, this shows it by itself; otherwise send it again.`,
            next: "resend",
          }
        : { text: `${words(error)}. Begin again in a moment.`, next: "begin" };
  }
}
