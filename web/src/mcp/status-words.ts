/** What a server's state means. The names are the CLI's; a newer one may have more of them. */
import type { ServerStatus } from "@/api/schema";
import { oneLine } from "@/ui/one-line";

export type Standing = {
  readonly tone: "good" | "warn" | "bad" | "plain";
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string;
};

export const isUnderWay = (status: string): boolean => status === "pending";
export const isOff = (status: string): boolean => status === "disabled";

export function standing({ status, tools }: Pick<ServerStatus, "status" | "tools">): Standing {
  switch (status) {
    case "connected":
      return { tone: "good", text: `Connected, ${tools.length === 1 ? "1 tool" : `${tools.length} tools`}` };
    case "pending":
      return { tone: "plain", text: "Is being connected…" };
    case "failed":
      return {
        tone: "bad",
        text: "Not connected",
        hint: "Connect it anew. If that does not help, look at how it was set: its program or address, and what it is given.",
      };
    case "needs-auth":
      return {
        tone: "warn",
        text: "Wants a sign-in of its own",
        hint: "It cannot be signed in to from here. Where it takes a token, give it one as a secret header.",
      };
    case "disabled":
      return { tone: "plain", text: "Switched off in this session" };
    default:
      return { tone: "plain", text: oneLine(status, 60) };
  }
}
