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
};

const EMPTY: Draft = { text: "", pictures: [] };
const all = new Map<string, Drafts>();

export class Drafts {
  #draft: Draft;
  readonly #listeners = new Set<() => void>();

  private constructor(private readonly place: string) {
    this.#draft = { ...EMPTY, text: localStorage.getItem(place) ?? "" };
  }

  static of(core: string, session: string): Drafts {
    const place = mine(`draft.${core}.${session}`);
    const draft = all.get(place) ?? new Drafts(place);
    all.set(place, draft);
    return draft;
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
    this.#set(EMPTY);
    const same = sent !== undefined && sent.text === text && samePictures(sent.pictures, pictures);
    return { key: same ? sent.key : crypto.randomUUID(), text, pictures };
  }

  /** A message that did not go. What was written meanwhile stays behind it. */
  giveBack({ key, text, pictures }: Outgoing, refused?: unknown): void {
    const { text: newer, pictures: more } = this.#draft;
    const nothing = newer.trim() === "" && more.length === 0;
    this.#set({
      text: nothing ? text : `${text}\n\n${newer}`,
      pictures: [...pictures, ...more],
      refused,
      ...(nothing ? { sent: { key, text, pictures } } : {}),
    });
  }

  #set(draft: Draft): void {
    this.#draft = draft;
    try {
      if (draft.text === "") localStorage.removeItem(this.place);
      else localStorage.setItem(this.place, draft.text);
    } catch {
      // There is no room: it lives as long as the page does.
    }
    for (const listener of this.#listeners) listener();
  }
}

const samePictures = (one: readonly Picture[], other: readonly Picture[]) =>
  one.length === other.length && one.every(({ id }, at) => other[at]?.id === id);
