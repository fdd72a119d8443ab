/** Ties one terminal of a Core to one emulator here, through everything that can happen to the connection. */
import { converse, type Line } from "@/live/socket";
import { type Attached, after, type Happening, mayType, type Readable, unattached } from "./attached";
import { came, drawn, type Order, reconnected, STILL } from "./flow";
import { BEGINNING, gap, resumesAt, told, took } from "./place";
import { readTold, type Size, type Told } from "./told";

/** What shows it. Everything is drawn in the order in which it was given. */
export type Screen = {
  readonly write: (bytes: Uint8Array, drawn: () => void) => void;
  /** Once all that was written is drawn. */
  readonly afterwards: (act: () => void) => void;
  readonly resize: (size: Size) => void;
  /** Whether it says anything: what its person types, and what it answers by itself. */
  readonly speaks: (may: boolean) => void;
};

export type Target = {
  /** The address of the terminal. */
  readonly url: string;
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
};

const PROTOCOL = "condrix.terminal.v1";
/** A Core takes no frame over 1 MiB. A paste is cut into less. */
const PIECE = 64 * 1024;

export class Attachment {
  private state: Attached;
  private place = BEGINNING;
  private flow = STILL;
  private line: Line | undefined;
  private unanswered = false;
  private given = new AbortController();
  private readonly listeners = new Set<() => void>();
  private readonly encoder = new TextEncoder();

  constructor(
    private readonly target: Target,
    private readonly screen: Screen,
    looksOn: boolean,
  ) {
    this.state = unattached(looksOn);
  }

  readonly subscribe = (tell: () => void): (() => void) => {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  };

  readonly now = (): Attached => this.state;

  /** Begins, or begins again at once. */
  connect(): void {
    this.leave();
    const { signal } = this.given;
    void converse({
      url: () => this.address(),
      protocol: PROTOCOL,
      ask: this.target.ask,
      onOpen: (line) => {
        this.line = line;
        this.flow = reconnected(this.flow);
      },
      onText: (text) => this.hear(text),
      onBytes: (bytes) => this.take(bytes),
      onStanding: (standing) => {
        if (standing.state !== "live") this.line = undefined;
        this.happen({ type: "standing", standing, unanswered: this.unanswered });
        if (standing.state !== "live") this.unanswered = false;
      },
      signal,
    });
  }

  leave(): void {
    this.given.abort();
    this.given = new AbortController();
    this.line = undefined;
  }

  /** A change of hands is another connection; what is shown stays. */
  lookOn(looksOn: boolean): void {
    this.happen({ type: "looks_on", looksOn });
    this.happen({ type: "standing", standing: { state: "connecting" }, unanswered: false });
    this.connect();
  }

  /** How much there is room for here. Whoever writes decides the size, so it is said once it has changed. */
  fit(room: Size): void {
    const before = this.state;
    this.happen({ type: "fits", room });
    if (this.state !== before && !this.state.looksOn) this.say({ type: "resize", size: room });
  }

  type(text: string): void {
    this.send(this.encoder.encode(text));
  }

  /** As the emulator has them: a byte in each character. */
  typeBytes(bytes: string): void {
    this.send(Uint8Array.from(bytes, (letter) => letter.charCodeAt(0) & 0xff));
  }

  refuse(): void {
    this.happen({ type: "refused" });
  }

  read(what: Readable): void {
    this.happen({ type: "read", what });
  }

  private send(bytes: Uint8Array<ArrayBuffer>): void {
    if (!mayType(this.state) || this.line === undefined) {
      this.refuse();
      return;
    }
    for (let at = 0; at < bytes.length; at += PIECE) this.line.send(bytes.slice(at, at + PIECE));
    this.unanswered = true;
    this.happen({ type: "typed" });
  }

  private address(): string {
    const query = new URLSearchParams();
    const position = resumesAt(this.place);
    if (position !== undefined) query.set("position", String(position));
    const { room, looksOn } = this.state;
    if (room !== undefined) {
      query.set("rows", String(room.rows));
      query.set("columns", String(room.columns));
    }
    return `${this.target.url}/${looksOn ? "watch" : "attach"}?${query}`;
  }

  private hear(text: string): void {
    const said = readTold(text);
    if (said === undefined) return;
    const before = this.place;
    this.place = told(this.place, said);
    this.happen({ type: "told", told: said, gap: gap(before, said) });
    this.obey(said);
  }

  private obey(said: Told): void {
    if (said.type === "attached" || said.type === "resized") {
      this.screen.afterwards(() => this.screen.resize(said.size));
    } else if (said.type === "live") {
      // What is drawn by then was answered unheard; from here on answers are for questions that are asked now.
      const line = this.line;
      this.screen.afterwards(() => {
        if (line === undefined || line !== this.line) return;
        this.say({ type: "ready" });
        this.happen({ type: "caught_up" });
      });
    }
  }

  private take(bytes: Uint8Array): void {
    this.place = took(this.place, bytes.length);
    this.unanswered = false;
    this.follow(came(this.flow, bytes.length));
    this.screen.write(bytes, () => this.follow(drawn(this.flow, bytes.length)));
  }

  private follow([flow, order]: readonly [typeof STILL, Order | undefined]): void {
    this.flow = flow;
    if (order !== undefined) this.say({ type: order });
  }

  private say(said: { type: "ready" | Order } | { type: "resize"; size: Size }): void {
    this.line?.send(JSON.stringify(said));
  }

  private happen(happening: Happening): void {
    const next = after(this.state, happening);
    if (next === this.state) return;
    this.state = next;
    this.screen.speaks(mayType(next));
    for (const tell of this.listeners) tell();
  }
}
