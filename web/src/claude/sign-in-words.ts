/** A Core's sign-in, in words. */
import type { ClaudeState, Me } from "@/api/schema";
import { oneLine } from "@/ui/one-line";

export function methodWords(method: ClaudeState["method"]): string {
  switch (method) {
    case "none":
      return "None";
    case "oauth":
      return "OAuth, with a Claude plan";
    case "console":
      return "OAuth through the console, which made an API key";
    case "api_key":
      return "API key that its host holds";
  }
}

/** Whose it is. There is no owner of a key: it is the organisation's. */
export function ownerWords({ method, owner, checked_at }: ClaudeState, me: Me): string {
  if (method !== "oauth") return "Nobody’s: everybody who may operate the Core does";
  if (owner === me.user) return "Yours: you alone operate this Core";
  if (owner) return "Somebody else’s, who alone operates this Core";
  return checked_at ? "Not known: it was made on the host by hand" : "Not confirmed yet";
}

export function planName(plan: string): string {
  const name = oneLine(plan, 40);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** One line for the list. */
export function signInSummary(claude: ClaudeState, me: Me): string {
  if (claude.state === "signed_out") return "Not signed in to Claude";
  const lapsed = claude.state === "expired";
  switch (claude.method) {
    case "none":
      return lapsed ? "Its sign-in has lapsed" : "Signed in to Claude";
    case "api_key":
      return lapsed ? "Its API key is refused" : "Works with an API key that its host holds";
    case "console":
      return lapsed ? "Its key from the console is refused" : "Signed in through the console, with an API key";
    case "oauth": {
      const whose = claude.owner === me.user ? "your" : claude.owner ? "somebody else’s" : "a";
      const plan = claude.plan ? ` ${planName(claude.plan)}` : "";
      return lapsed ? `Its sign-in with ${whose}${plan} plan has lapsed` : `Signed in with ${whose}${plan} plan`;
    }
  }
}
