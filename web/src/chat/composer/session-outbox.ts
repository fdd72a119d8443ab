/** The messages on their way to each session, kept over reloads. The tab in which one was written sends it, as long as it lives. */
import { mine } from "@/account/mine";
import { answer, api, patiently } from "@/api/client";
import { Drafts } from "./drafts";
import { allKept, drop, type Kept, keep, kept, nameOf, type Place, placeOf } from "./kept-messages";
import { Outbox, type Outgoing } from "./outbox";
import { hold } from "./tab-lock";

/** What another tab has just removed is seen here a moment later. */
const SETTLES = 500;

const boxes = new Map<string, SessionOutbox>();

export function outboxOf(core: string, session: string): Outbox {
  return boxOf(core, session).box;
}

/** What was on its way when a page ended goes on, whatever page is open now. */
export function reopenOutboxes(): void {
  for (const { core, session } of allKept()) boxOf(core, session);
}

function boxOf(core: string, session: string): SessionOutbox {
  if (boxes.size === 0) listen();
  const name = mine(`outbox.${core}.${session}`);
  const there = boxes.get(name);
  if (there) return there;
  const made = new SessionOutbox(core, session);
  boxes.set(name, made);
  for (const message of allKept()) if (message.core === core && message.session === session) made.meet(message, true);
  return made;
}

function listen(): void {
  // The network is back, or whoever is logged in.
  window.addEventListener("online", () => {
    for (const { box } of boxes.values()) box.hurry();
  });
  window.addEventListener("storage", ({ key, newValue }) => {
    const place = key === null ? undefined : placeOf(key);
    if (place === undefined) return;
    const { core, session } = place;
    const there = newValue === null ? undefined : kept(place);
    if (there) boxOf(core, session).meet(there, false);
    else boxes.get(mine(`outbox.${core}.${session}`))?.box.leave(place.key);
  });
}

class SessionOutbox {
  readonly box: Outbox;
  /** What this tab has to send, and how it is left to others. */
  readonly #own = new Map<string, () => void>();
  readonly #met = new Set<string>();

  constructor(
    private readonly core: string,
    private readonly session: string,
  ) {
    const draft = Drafts.of(core, session);
    this.box = new Outbox(
      (message, signal) => send(core, session, message, signal),
      (message, why) => draft.giveBack(message, why),
      (messages) => this.#keep(messages),
    );
  }

  /** A message that is kept. Where its tab has gone this one goes on with it. `before`: it was there before this tab was. */
  meet({ key, text, pictures }: Kept, before: boolean): void {
    if (this.#own.has(key) || this.#met.has(key)) return;
    this.#met.add(key);
    this.box.add({ key, text, pictures: [], elsewhere: true });
    const { held, free } = hold(nameOf(this.#place(key)), before);
    void held.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, SETTLES));
      this.#met.delete(key);
      if (kept(this.#place(key)) === undefined) {
        this.box.leave(key);
        free();
      } else if (pictures === 0) {
        this.#own.set(key, free);
        this.box.takeOver(key);
      } else {
        this.box.leave(key);
        drop(this.#place(key));
        free();
        const lost = new Error("Its pictures were lost when the page was loaded anew");
        Drafts.of(this.core, this.session).giveBack({ key, text, pictures: [] }, lost);
      }
    });
  }

  #keep(messages: readonly Outgoing[]): void {
    for (const message of messages) {
      const { key } = message;
      if (this.#own.has(key)) continue;
      this.#own.set(key, hold(nameOf(this.#place(key)), true).free);
      keep(this.#place(key), message);
    }
    for (const [key, free] of this.#own) {
      if (messages.some((it) => it.key === key)) continue;
      this.#own.delete(key);
      drop(this.#place(key));
      free();
    }
  }

  #place(key: string): Place {
    return { core: this.core, session: this.session, key };
  }
}

const send = (core: string, session: string, { key, text, pictures }: Outgoing, signal: AbortSignal) =>
  answer(
    api.POST("/api/v1/cores/{core}/sessions/{session}/messages", {
      params: { path: { core, session }, header: { "Idempotency-Key": key } },
      body: {
        text,
        ...(pictures.length === 0
          ? {}
          : { images: pictures.map(({ type, base64 }) => ({ media_type: type, data: base64 })) }),
      },
      signal,
      ...(pictures.length === 0 ? {} : { fetch: patiently }),
    }),
  );
