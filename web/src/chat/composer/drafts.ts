/** What is being written to each session: the text is kept over reloads, pictures as long as the page lives. */
import { mine } from "@/account/mine";
import type { Outgoing } from "./outbox";
import type { Picture } from "./pictures";

export type Draft = {
  readonly text: string;
  readonly pictures: readonly Picture[];
  /** Why it came back. */
  readonly refused?: unknown;
  /** It was sent before, and may have arrived: as long as it says the same it keeps its key. */
  readonly sent?: { readonly key: string; readonly text: string; readonly pictures: readonly Picture[] };
  /** It was taken back on its way: the turns that were there by then. */
  readonly before?: ReadonlySet<string>;
};

type Arrived = { readonly id: string; readonly text: string; readonly images: readonly unknown[] };

const EMPTY: Draft = { text: "", pictures: [] };
const all = new Map<string, Drafts>();

export class Drafts {
  #draft: Draft;
  /** What the store held when this tab last looked or wrote. */
  #stored: string | null;
  readonly #listeners = new Set<() => void>();

  private constructor(private readonly place: string) {
    this.#stored = localStorage.getItem(place);
    this.#draft = { ...EMPTY, text: this.#stored ?? "" };
  }

  static of(core: string, session: string): Drafts {
    if (all.size === 0) Drafts.#listen();
    const place = mine(`draft.${core}.${session}`);
    const draft = all.get(place) ?? new Drafts(place);
    all.set(place, draft);
    return draft;
  }

  static #listen(): void {
    window.addEventListener("storage", ({ key, oldValue, newValue }) => {
      const draft = all.get(key ?? "");
      if (draft) draft.#hear(oldValue, newValue);
    });
  }

  readonly current = (): Draft => this.#draft;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  write(text: string): void {
    this.#set({ ...this.#draft, text });
  }

  picture(pictures: readonly Picture[]): void {
    this.#set({ ...this.#draft, pictures });
  }

  /** Takes the draft as a message on its way. Undefined: there is nothing to send. */
  take(): Outgoing | undefined {
    const { text, pictures, sent } = this.#draft;
    if (text.trim() === "" && pictures.length === 0) return undefined;
    const key = sent && this.#unchanged() ? sent.key : crypto.randomUUID();
    this.#set(EMPTY);
    return { key, text, pictures };
  }

  /** A message that did not go. What was written meanwhile stays behind it. */
  giveBack({ key, text, pictures }: Outgoing, refused?: unknown, before?: ReadonlySet<string>): void {
    const { text: newer, pictures: more } = this.#draft;
    const nothing = newer.trim() === "" && more.length === 0;
    this.#set({
      text: nothing ? text : `${text}\n\n${newer}`,
      pictures: [...pictures, ...more],
      refused,
      ...(nothing ? { sent: { key, text, pictures } } : {}),
      ...(nothing && before ? { before } : {}),
    });
  }

  /** The writer's turns in the conversation: what was taken back may be among them, and is not to be sent once more. */
  arrived(turns: readonly Arrived[]): void {
    const { before, text, pictures } = this.#draft;
    if (before === undefined || !this.#unchanged()) return;
    const is = (turn: Arrived) =>
      !before.has(turn.id) && turn.text.trim() === text.trim() && turn.images.length === pictures.length;
    if (turns.some(is)) this.#set(EMPTY);
  }

  #unchanged(): boolean {
    const { text, pictures, sent } = this.#draft;
    return sent !== undefined && sent.text === text && samePictures(sent.pictures, pictures);
  }

  /** Another tab has written. What only this one has stays. */
  #hear(before: string | null, now: string | null): void {
    const { text } = this.#draft;
    if (text !== "" && text !== (before ?? "")) return;
    this.#stored = now;
    this.#show({ ...this.#draft, text: now ?? "" });
  }

  #set(draft: Draft): void {
    const there = localStorage.getItem(this.place);
    if (draft.text === "" && there !== this.#stored) {
      // Another tab has written it, and nobody has sent it.
      this.#stored = there;
      this.#show({ ...draft, text: there ?? "" });
      return;
    }
    try {
      if (draft.text === "") localStorage.removeItem(this.place);
      else localStorage.setItem(this.place, draft.text);
      this.#stored = draft.text || null;
    } catch {
      // There is no room: it lives as long as the page does.
    }
    this.#show(draft);
  }

  #show(draft: Draft): void {
    this.#draft = draft;
    for (const listener of this.#listeners) listener();
  }
}

const samePictures = (one: readonly Picture[], other: readonly Picture[]) =>
  one.length === other.length && one.every(({ id }, at) => other[at]?.id === id);
