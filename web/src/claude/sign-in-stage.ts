/**
 * Where a sign-in of one Core is, as its dialog shows it. Pure; the Core decides what really happens.
 *
 *   none ─begin─► opening ─began─► waiting ─submitted─► exchanging ─accepted─► done
 *                    │              ▲  └──────lapsed──────┐  │
 *                    └─refused─► over ◄──── rejected ─────┴──┤
 *                                   └── correct, resend ◄────┘
 */
import type { AccountKind, ClaudeState, SignIn } from "@/api/schema";
import { isSignedIn } from "@/cores/core-state";
import { lapsed, type Trouble } from "./sign-in-trouble";

/** A sign-in that the Core has begun. */
export type Begun = {
  readonly kind: AccountKind;
  readonly signIn: Pick<SignIn, "id" | "url">;
  /** When it lapses, by this device's clock, in milliseconds. */
  readonly until: number;
  /** Whether the Core was signed in already: then a state that says so tells nothing. */
  readonly again: boolean;
};

export type Stage =
  | { readonly at: "none" }
  | { readonly at: "opening"; readonly kind: AccountKind }
  | { readonly at: "waiting"; readonly begun: Begun; readonly trouble?: Trouble }
  | { readonly at: "exchanging"; readonly begun: Begun; readonly watching?: boolean }
  | { readonly at: "done"; readonly kind: AccountKind; readonly claude: ClaudeState }
  | { readonly at: "over"; readonly kind: AccountKind; readonly trouble: Trouble };

export type Step =
  | { readonly type: "begin"; readonly kind: AccountKind }
  | { readonly type: "began"; readonly begun: Begun }
  | { readonly type: "refused"; readonly trouble: Trouble }
  | { readonly type: "submitted" }
  | { readonly type: "accepted"; readonly claude: ClaudeState }
  | { readonly type: "rejected"; readonly trouble: Trouble }
  | { readonly type: "gone" };

export function step(stage: Stage, event: Step): Stage {
  switch (event.type) {
    case "begin":
      return { at: "opening", kind: event.kind };
    case "began":
      return stage.at === "opening" ? { at: "waiting", begun: event.begun } : stage;
    case "refused":
      return stage.at === "opening" ? { at: "over", kind: stage.kind, trouble: event.trouble } : stage;
    case "submitted":
      return stage.at === "waiting" ? { at: "exchanging", begun: stage.begun } : stage;
    case "accepted":
      return stage.at === "exchanging" ? { at: "done", kind: stage.begun.kind, claude: event.claude } : stage;
    case "rejected":
      return stage.at === "exchanging" ? rejected(stage.begun, event.trouble) : stage;
    case "gone":
      return { at: "none" };
  }
}

function rejected(begun: Begun, trouble: Trouble): Stage {
  switch (trouble.next) {
    case "correct":
    case "resend":
      return { at: "waiting", begun, trouble };
    case "watch":
      return { at: "exchanging", begun, watching: true };
    case "begin":
    case "stop":
      return { at: "over", kind: begun.kind, trouble };
  }
}

/** What to show, with what is known besides: what the Core says of itself, and the time. */
export function shown(stage: Stage, claude: ClaudeState, now: number): Stage {
  if (stage.at !== "waiting" && stage.at !== "exchanging") return stage;
  const { begun } = stage;
  // The answer to the code may have been lost, or the page was loaded anew before it came.
  const watching = stage.at === "exchanging" && stage.watching;
  if ((!begun.again || watching) && isSignedInWith(claude, begun.kind)) return { at: "done", kind: begun.kind, claude };
  if (now >= begun.until && (stage.at === "waiting" || watching))
    return { at: "over", kind: begun.kind, trouble: lapsed };
  return stage;
}

function isSignedInWith(claude: ClaudeState, kind: AccountKind): boolean {
  return isSignedIn(claude) && claude.method === (kind === "console" ? "console" : "oauth");
}
