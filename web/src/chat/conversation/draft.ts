/** A conversation while a batch of events goes into it. Each part is copied once, when it is first touched. */
import type { About, Conversation, Entry, TurnEnd } from "./model";
import type { Of } from "./recorded";
import { TurnDraft } from "./turn-draft";
import { withLine } from "./unknown";

export class Draft {
  seq: number;
  #about: About;
  #shared: readonly Entry[];
  #owned: Entry[] | undefined;
  #working: string | undefined;
  /** Turns that are being changed, by their place. */
  readonly #turns = new Map<number, TurnDraft>();

  constructor(private readonly before: Conversation) {
    this.seq = before.seq;
    this.#about = before.about;
    this.#shared = before.entries;
    this.#working = before.working;
  }

  done(): Conversation {
    if (this.seq === this.before.seq) return this.before;
    if (this.#turns.size > 0) {
      const entries = this.#own();
      for (const [place, turn] of this.#turns) entries[place] = turn.done();
    }
    return { seq: this.seq, about: this.#about, entries: this.#entries, working: this.#working };
  }

  get hasTurns(): boolean {
    return this.#entries.some(({ type }) => type === "turn");
  }

  about(news: About): void {
    this.#about = { ...this.#about, ...news };
  }

  accept(event: Of<"message_accepted">): void {
    const { turn, seq, text, by, images, at } = event;
    const behind = this.#working !== undefined || this.#beforeWaiting() < this.#entries.length;
    // No turn has two messages.
    if (this.#entries.some((entry) => entry.type === "turn" && entry.id === turn)) this.unknown(event, event.seq);
    else this.#push(TurnDraft.of({ id: turn, seq, at, by, text, images: images ?? [], behind }).done());
  }

  begin({ turn, model, at }: Of<"turn_started">): void {
    this.#working = turn;
    this.turn(turn, at).begin(at, model ?? undefined);
  }

  end(event: TurnEnd): void {
    if (this.#working === event.turn) this.#working = undefined;
    this.turn(event.turn, event.at).finish(event);
  }

  /** The turn of this id. One whose message did not come has none. */
  turn(id: string, at = ""): TurnDraft {
    const place = this.#entries.findLastIndex((entry) => entry.type === "turn" && entry.id === id);
    if (place < 0) {
      this.#push(TurnDraft.of({ id, at, by: undefined, text: "", images: [] }).done());
      return this.turn(id);
    }
    return this.#at(place) ?? TurnDraft.of({ id, at, by: undefined, text: "", images: [] });
  }

  /** Where it happened: within the turn in progress, or between the turns. */
  note(event: Parameters<TurnDraft["note"]>[0], before?: string): void {
    const turn = this.#present();
    if (turn) turn.note(event, before);
    else this.#between({ type: "note", key: `note-${event.seq}`, event, ...(before === undefined ? {} : { before }) });
  }

  /** That a process began is worth a line only where it is another version's. */
  processStarted(event: Of<"process_started">): void {
    const { cliVersion: before } = this.#about;
    const now = event.cli_version ?? undefined;
    if (now === undefined) return;
    this.about({ cliVersion: now });
    if (before !== undefined && before !== now) this.note(event, before);
  }

  unknown(line: unknown, seq: number): void {
    const turn = this.#present();
    if (turn) {
      turn.unknown(line, seq);
      return;
    }
    const place = this.#beforeWaiting();
    const last = this.#entries[place - 1];
    if (last?.type === "unknown") this.#own()[place - 1] = withLine(last, line);
    else this.#between({ type: "unknown", key: `unknown-${seq}`, lines: [line] });
  }

  missing(count: number): void {
    this.#between({ type: "missing", key: `missing-${this.seq}`, count });
  }

  #present(): TurnDraft | undefined {
    return this.#working === undefined ? undefined : this.turn(this.#working);
  }

  #at(place: number): TurnDraft | undefined {
    const there = this.#turns.get(place);
    if (there) return there;
    const entry = this.#entries[place];
    if (entry?.type !== "turn") return undefined;
    const turn = new TurnDraft(entry);
    this.#turns.set(place, turn);
    return turn;
  }

  #push(entry: Entry): void {
    this.#own().push(entry);
  }

  /** Puts it before the messages that wait: they are not part of the conversation yet. */
  #between(entry: Entry): void {
    const place = this.#beforeWaiting();
    if (place === this.#entries.length) {
      this.#push(entry);
      return;
    }
    // Places shift: what is being changed is put down first.
    const entries = this.#own();
    for (const [at, turn] of this.#turns) entries[at] = turn.done();
    this.#turns.clear();
    entries.splice(place, 0, entry);
  }

  #beforeWaiting(): number {
    const waits = (place: number) => {
      const entry = this.#entries[place];
      if (entry?.type !== "turn") return false;
      return (this.#turns.get(place)?.state ?? entry.state) === "waiting";
    };
    let place = this.#entries.length;
    while (place > 0 && waits(place - 1)) place -= 1;
    return place;
  }

  get #entries(): readonly Entry[] {
    return this.#owned ?? this.#shared;
  }

  #own(): Entry[] {
    this.#owned ??= [...this.#shared];
    return this.#owned;
  }
}
