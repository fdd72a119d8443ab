/** A session as a reader sees it. Nothing in it is ever changed in place: what is the same object looks the same. */
import type { Actor, Image, PermissionMode, Recorded, Usage, Visibility } from "@/api/schema";
import type { Of } from "./recorded";

export type Conversation = {
  /** The newest event that is in it. */
  readonly seq: number;
  readonly about: About;
  /** In the order of reading; messages that wait for their turn come last. */
  readonly entries: readonly Entry[];
  /** The turn in progress. */
  readonly working: string | undefined;
};

/** What its events say of the session itself, as it is now. Undefined: they have not said. */
export type About = {
  readonly title?: string | null;
  readonly model?: string | null;
  readonly mode?: PermissionMode;
  readonly visibility?: Visibility;
  readonly archived?: boolean;
  /** It runs without asking. */
  readonly bypass?: { readonly by: Actor; readonly until: string } | undefined;
  readonly cliVersion?: string;
};

export type Entry = Turn | Note | Unknown | Missing;

export type Turn = {
  readonly type: "turn";
  readonly key: string;
  readonly id: string;
  /** The event that has its message. Undefined: it is not in the history. */
  readonly seq: number | undefined;
  /** When its message was accepted. */
  readonly at: string;
  /** Undefined: its message is not in the history. */
  readonly by: Actor | undefined;
  readonly text: string;
  readonly images: readonly Image[];
  readonly state: "waiting" | "working" | "over";
  /** It was accepted while others worked or waited. */
  readonly behind: boolean;
  readonly startedAt: string | undefined;
  readonly model: string | undefined;
  readonly blocks: readonly Block[];
  /** A request to the vendor is being tried again. */
  readonly retry: Of<"retrying"> | undefined;
  readonly end: TurnEnd | undefined;
};

export type TurnEnd = Of<"turn_completed" | "turn_failed" | "turn_interrupted">;

export type Block = Said | Tool | Asked | Note | Unknown;

/** Text or thinking. */
export type Said = {
  readonly type: "text" | "thinking";
  readonly key: string;
  readonly message: string;
  readonly block: number;
  /** The event that has all of it. Undefined: none has come. */
  readonly seq: number | undefined;
  readonly text: string;
  /** More of it may come. */
  readonly streaming: boolean;
};

export type Tool = {
  readonly type: "tool";
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly result: { readonly content: unknown; readonly isError: boolean } | undefined;
  readonly approval: Approval | undefined;
};

/** An approval without a tool in the history. */
export type Asked = { readonly type: "asked"; readonly key: string; readonly approval: Approval };

export type Approval = {
  readonly asked: Of<"approval_requested">;
  readonly outcome: Of<"approval_decided" | "approval_withdrawn"> | undefined;
};

/** Something that happened to the session. */
export type Note = { readonly type: "note"; readonly key: string; readonly event: Recorded; readonly before?: string };

/** What this version does not understand. */
export type Unknown = { readonly type: "unknown"; readonly key: string; readonly lines: readonly unknown[] };

/** Events that did not come. */
export type Missing = { readonly type: "missing"; readonly key: string; readonly count: number };

export const EMPTY: Conversation = { seq: 0, about: {}, entries: [], working: undefined };

export function usage(turn: Turn): Usage | undefined {
  return turn.end?.usage ?? undefined;
}

/** Whether a turn goes no further before a person has answered. */
export const waitsForSomebody = ({ blocks }: Turn): boolean =>
  blocks.some((block) => "approval" in block && block.approval !== undefined && block.approval.outcome === undefined);
