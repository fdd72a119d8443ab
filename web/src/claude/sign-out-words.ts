/** How a sign-out ended, told as it was. */

import { isProblem, words } from "@/api/problem";
import type { SignedOut, SignOutOutcome } from "@/api/schema";
import { ACCOUNT_SETTINGS, CONSOLE_KEYS } from "./vendor-address";

export type Link = { readonly href: string; readonly label: string };
export type Told = { readonly kind: "good" | "warn" | "bad"; readonly text: string; readonly link?: Link };

export const accountLink: Link = { href: ACCOUNT_SETTINGS, label: "Your Claude account’s settings" };
export const consoleLink: Link = { href: CONSOLE_KEYS, label: "API keys in the console" };

export function outcomeWords(outcome: SignOutOutcome): Told {
  switch (outcome) {
    case "revoked":
      return { kind: "good", text: "Signed out. Claude was told, and the credentials are gone from the host." };
    case "deleted_locally":
      return {
        kind: "warn",
        text: "Signed out: the credentials are gone from the host. Claude could not be told, so they may still be valid there. Remove the sign-in in the account’s settings.",
        link: accountLink,
      };
    case "not_signed_in":
      return { kind: "good", text: "There was nothing to sign out of." };
    case "key_deleted":
      return {
        kind: "warn",
        text: "The API key that the sign-in had made is gone from the host. It stays valid until somebody deletes it in the console: the Core cannot.",
        link: consoleLink,
      };
    case "failed":
      return {
        kind: "bad",
        text: "The sign-out did not succeed: credentials remain on the host. Try again; if that fails, “claude auth logout” in a terminal of the Core ends the sign-in.",
      };
    case "api_key_remains":
      return {
        kind: "warn",
        text: "The Core uses an API key that its host holds, so there is nothing to sign out of. It ends when it is deleted in the console.",
        link: consoleLink,
      };
  }
}

export function endedWords({ terminal_processes_ended: ended }: SignedOut): string | undefined {
  if (ended === 0) return undefined;
  return ended === 1
    ? "One process of the CLI that ran in a terminal was ended."
    : `${ended} processes of the CLI that ran in terminals were ended.`;
}

export function signOutTrouble(error: unknown): string {
  if (!isProblem(error)) return `${words(error)}. Whether the Core is signed out, the list shows when it is back.`;
  switch (error.slug) {
    case "core-offline":
      return "The Core is offline: it can be signed out when it is back. To end the sign-in at once, remove it in the account’s settings at Claude.";
    case "core-unresponsive":
      return "The Core did not answer in time. It goes on signing out all the same: look at its state in a moment.";
    case "not-signed-in":
      return "The Core is not signed in.";
    case "sign-in-unconfirmed":
      return "The Core does not know yet whose sign-in it has. Try again in a moment.";
    case "owner-only":
    case "forbidden":
      return "Only the owner of the sign-in and administrators sign this Core out.";
    default:
      return words(error);
  }
}
