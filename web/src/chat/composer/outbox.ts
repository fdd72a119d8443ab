/** Messages on their way. Each has a key from when it is first sent until the Core has it, so that none is lost and none comes twice. */
import { isProblem, Unreachable, words } from "@/api/problem";
import { backoffAfter } from "@/live/backoff";
import type { Picture } from "./pictures";

export type Outgoing = {
  readonly key: string;
  readonly text: string;
  readonly pictures: readonly Picture[];
  /** Why it is not there yet. Undefined: it is being sent. */
  readonly trouble?: string;
  /** The Core has it, as this turn. */
  readonly turn?: string;
  /** Another tab sends it. */
  readonly elsewhere?: boolean;
};

/** The signal: it is taken back. */
export type Send = (message: Outgoing, signal: AbortSignal) => Promise<{ turn: string }>;
/** What cannot be sent comes back to whoever wrote it. */
export type Refuse = (message: Outgoing, why: unknown) => void;
/** All that this tab has to send. */
export type Keep = (messages: readonly Outgoing[]) => void;

/** Whether it may have arrived, or will do so in a while: it is sent again with the same key. */
export function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (isProblem(error, "sign-in-unconfirmed", "claude-unavailable", "cli-too-old", "core-revoked")) return false;
  if (isProblem(error, ...PERSONAL, "too-many-requests", "request-timeout")) return true;
  return isProblem(error) && error.status >= 500;
}

/** What no time changes, only whoever logs in: until then nothing is sent. */
const PERSONAL = ["unauthenticated", "another-user"];

export class Outbox {
  #messages: readonly Outgoing[];
  #runs = false;
  #wake: (() => void) | undefined;
  #flight: { readonly key: string; readonly cut: AbortController } | undefined;
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
    if (this.#messages.some(({ key }) => key === message.key)) return;
    this.#set([...this.#messages, message]);
    void this.#run();
  }

  /** Another tab that sent it has gone: this one goes on with it. */
  takeOver(key: string): void {
    this.#change(key, ({ elsewhere: _, ...message }) => message);
    void this.#run();
  }

  /** Another tab has nothing more to do with it. */
  leave(key: string): void {
    const left = this.#messages.filter((it) => it.key !== key || !it.elsewhere);
    if (left.length < this.#messages.length) this.#set(left);
  }

  /** It is seen in the conversation. */
  seen(turns: ReadonlySet<string>): void {
    const left = this.#messages.filter(({ turn }) => turn === undefined || !turns.has(turn));
    if (left.length < this.#messages.length) this.#set(left);
  }

  /** Takes back what is not there yet. It may have arrived all the same: its key goes with it. */
  takeBack(key: string): Outgoing | undefined {
    const message = this.#messages.find((it) => it.key === key && it.turn === undefined && !it.elsewhere);
    if (message) this.#set(this.#messages.filter((it) => it !== message));
    if (this.#flight?.key === key) this.#flight.cut.abort();
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
      const { key } = next;
      const cut = new AbortController();
      this.#flight = { key, cut };
      try {
        const { turn } = await this.send(next, cut.signal);
        failures = 0;
        this.#change(key, ({ trouble: _, ...message }) => ({ ...message, turn }));
      } catch (error) {
        if (cut.signal.aborted) continue;
        if (!mayPass(error)) {
          if (this.takeBack(key)) this.refuse(next, error);
          continue;
        }
        this.#change(key, (message) => ({ ...message, trouble: words(error) }));
        await this.#pause(isProblem(error, ...PERSONAL) ? undefined : backoffAfter(error, failures));
        failures += 1;
      } finally {
        this.#flight = undefined;
      }
    }
    this.#runs = false;
  }

  #next(): Outgoing | undefined {
    return this.#messages.find(({ turn, elsewhere }) => turn === undefined && !elsewhere);
  }

  #change(key: string, change: (message: Outgoing) => Outgoing): void {
    this.#set(this.#messages.map((message) => (message.key === key ? change(message) : message)));
  }

  #set(messages: readonly Outgoing[]): void {
    this.#messages = messages;
    this.keep(messages.filter(({ turn, elsewhere }) => turn === undefined && !elsewhere));
    for (const listener of this.#listeners) listener();
  }

  /** Undefined: until it is hurried. */
  #pause(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => this.#wake?.(), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
