/** A revocation's receipt, line by line. */
import type { Receipt } from "@/api/schema";
import { accountLink, consoleLink, type Link, outcomeWords } from "@/claude/sign-out-words";

export type ReceiptLine = { readonly kind: "good" | "warn" | "bad"; readonly text: string };

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;

/** What the gateway cut by itself, which needs nobody's word. */
export function cutWords({ streams_cut: streams, cut_ms: took }: Receipt): string {
  if (streams === 0) return "Its key is refused from now on. No request or stream was in progress.";
  return `Its key is refused from now on. ${count(streams, "request or stream", "requests and streams")} ended within ${took < 1 ? "1 ms" : `${Math.round(took)} ms`}.`;
}

/** What its agent confirmed. */
export function agentLines({ agent }: Receipt): ReceiptLine[] {
  switch (agent.status) {
    case "offline":
      return [
        { kind: "warn", text: "The Core could not be reached. Its work ends when it dials again and is refused." },
      ];
    case "unconfirmed":
      return [
        { kind: "warn", text: "The Core was connected and did not confirm in time. Its work may still be ending." },
      ];
    case "confirmed": {
      const ended = [
        count(agent.turns_ended, "turn", "turns"),
        count(agent.processes_ended, "process of the CLI", "processes of the CLI"),
        count(agent.terminals_ended, "terminal", "terminals"),
      ];
      const none = agent.turns_ended + agent.processes_ended + agent.terminals_ended === 0;
      const lines: ReceiptLine[] = [
        {
          kind: "good",
          text: none
            ? "The Core confirmed that nothing of it works any more. Nothing was in progress."
            : `The Core confirmed that it has ended ${ended.join(", ")}.`,
        },
      ];
      if (agent.unfinished > 0) {
        const what = count(agent.unfinished, "session was", "sessions were");
        lines.push({
          kind: "warn",
          text: `${what} told to end and had not ended yet, most often to finish a token’s refresh.`,
        });
      }
      if (agent.sign_out) {
        const { kind, text } = outcomeWords(agent.sign_out);
        lines.push({ kind, text });
      }
      return lines;
    }
  }
}

/** Where what remains is ended at the vendor. */
export function remainingLinks({ agent, remaining }: Receipt): Link[] {
  if (!remaining) return [];
  if (agent.status !== "confirmed") return [accountLink, consoleLink];
  const isKey = agent.method === "api_key" || agent.method === "console" || agent.sign_out === "key_deleted";
  return [isKey ? consoleLink : accountLink];
}
