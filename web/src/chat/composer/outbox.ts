/** Messages on their way. Each has a key from when it is first sent until the Core has it, so that none is lost and none comes twice. */
import { isProblem, Unreachable, words } from "@/api/problem";
import { backoff } from "@/live/backoff";
import type { Picture } from "./pictures";

export type Outgoing = {
  readonly key: string;
  readonly text: string;
  readonly pictures: readonly Picture[];
  /** Why it is not there yet. Undefined: it is being sent. */
  readonly trouble?: string;
  /** The Core has it, as this turn. */
  readonly turn?: string;
};

export type Send = (message: Outgoing) => Promise<{ turn: string }>;
/** What cannot be sent comes back to whoever wrote it. */
export type Refuse = (message: Outgoing, why: unknown) => void;
export type Keep = (messages: readonly Outgoing[]) => void;

/** Whether it may have arrived, or will do so in a while: it is sent again with the same key. */
export function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (isProblem(error, "sign-in-unconfirmed", "claude-unavailable", "cli-too-old", "core-revoked")) return false;
  if (isProblem(error, "unauthenticated", "too-many-requests", "request-timeout")) return true;
  return isProblem(error) && error.status >= 500;
}

export class Outbox {
  #messages: readonly Outgoing[];
  #runs = false;
  #wake: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly send: Send,
    private readonly refuse: Refuse,
    private readonly keep: Keep,
    before: readonly Outgoing[] = [],
  ) {
    this.#messages = before;
    if (before.length > 0) void this.#run();
  }

  readonly current = (): readonly Outgoing[] => this.#messages;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(message: Outgoing): void {
    this.#set([...this.#messages, message]);
    void this.#run();
  }

  /** It is seen in the conversation. */
  seen(turns: ReadonlySet<string>): void {
    const left = this.#messages.filter(({ turn }) => turn === undefined || !turns.has(turn));
    if (left.length < this.#messages.length) this.#set(left);
  }

  /** Takes back what is not there yet. It may have arrived all the same: its key goes with it. */
  takeBack(key: string): Outgoing | undefined {
    const message = this.#messages.find((it) => it.key === key && it.turn === undefined);
    if (message) this.#set(this.#messages.filter((it) => it !== message));
    return message;
  }

  /** Does not wait any longer before it tries again. */
  hurry(): void {
    this.#wake?.();
  }

  /** One after the other: the order is the writer's. */
  async #run(): Promise<void> {
    if (this.#runs) return;
    this.#runs = true;
    let failures = 0;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      try {
        const { turn } = await this.send(next);
        failures = 0;
        this.#change(next.key, ({ trouble: _, ...message }) => ({ ...message, turn }));
      } catch (error) {
        if (!mayPass(error)) {
          if (this.takeBack(next.key)) this.refuse(next, error);
          continue;
        }
        this.#change(next.key, (message) => ({ ...message, trouble: words(error) }));
        await this.#pause(backoff(failures));
        failures += 1;
      }
    }
    this.#runs = false;
  }

  #next(): Outgoing | undefined {
    return this.#messages.find(({ turn }) => turn === undefined);
  }

  #change(key: string, change: (message: Outgoing) => Outgoing): void {
    this.#set(this.#messages.map((message) => (message.key === key ? change(message) : message)));
  }

  #set(messages: readonly Outgoing[]): void {
    this.#messages = messages;
    this.keep(messages.filter(({ turn }) => turn === undefined));
    for (const listener of this.#listeners) listener();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
