/** A session that is followed: its events go into the conversation once for each frame that is drawn. */
import type { EventSourceMessage } from "eventsource-parser";
import { isRecord } from "@/api/shape";
import { follow, type Standing } from "@/live/stream";
import { apply } from "../conversation/apply";
import { type Conversation, EMPTY } from "../conversation/model";
import { read, type Told } from "../conversation/recorded";
import { nextFrame } from "./next-frame";

export type Followed = { readonly conversation: Conversation; readonly standing: Standing };

export class Feed {
  #now: Followed = { conversation: EMPTY, standing: { state: "connecting" } };
  /** The id of the last event that is in the conversation, or on its way into it. */
  #last: string | undefined;
  #waiting: Told[] = [];
  /** What waits begins a new conversation. */
  #anew = false;
  #cancel: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly url: string) {}

  readonly current = (): Followed => this.#now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows until the signal is given, from where it left off. */
  start(signal: AbortSignal): Promise<void> {
    return follow({
      url: this.url,
      after: this.#last,
      signal,
      onEvent: (event) => this.#hear(event),
      onStanding: (standing) => {
        this.#flush();
        this.#tell({ ...this.#now, standing });
      },
    });
  }

  #hear({ id, event, data }: EventSourceMessage): void {
    if (event === "resume") this.#resume(data);
    if (event === "resume" || event === "end") return;
    const told = read(data);
    if (told === undefined) return;
    if (id) this.#last = id;
    this.#waiting.push(told);
    this.#cancel ??= nextFrame(() => this.#flush());
  }

  /** A Core that may have lost its newest events tells another history from some point on: all of it is read again. */
  #resume(data: string): void {
    if (!isGap(data)) return;
    this.#waiting = [];
    this.#anew = true;
  }

  #flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#waiting.length === 0) return;
    const before = this.#anew ? EMPTY : this.#now.conversation;
    const conversation = apply(before, this.#waiting);
    this.#waiting = [];
    this.#anew = false;
    this.#tell({ ...this.#now, conversation });
  }

  #tell(now: Followed): void {
    this.#now = now;
    for (const listener of this.#listeners) listener();
  }
}

function isGap(data: string): boolean {
  try {
    const said: unknown = JSON.parse(data);
    return isRecord(said) && said.continuity === "gap";
  } catch {
    return false;
  }
}
