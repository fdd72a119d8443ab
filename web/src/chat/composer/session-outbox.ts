/** The messages on their way to each session, kept over reloads. */
import { mine } from "@/account/mine";
import { answer, api } from "@/api/client";
import { isRecord } from "../conversation/recorded";
import { Drafts } from "./drafts";
import { Outbox, type Outgoing } from "./outbox";

const place = (core: string, session: string) => mine(`outbox.${core}.${session}`);
const boxes = new Map<string, Outbox>();

export function outboxOf(core: string, session: string): Outbox {
  const name = place(core, session);
  const there = boxes.get(name);
  if (there) return there;
  const draft = Drafts.of(core, session);
  const { whole, bare } = stored(name);
  const box = new Outbox(
    (message) => send(core, session, message),
    (message, why) => draft.giveBack(message, why),
    (messages) => store(name, messages),
    whole,
  );
  for (const message of bare)
    draft.giveBack(message, new Error("Its pictures were lost when the page was loaded anew"));
  boxes.set(name, box);
  return box;
}

const send = (core: string, session: string, { key, text, pictures }: Outgoing) =>
  answer(
    api.POST("/api/v1/cores/{core}/sessions/{session}/messages", {
      params: { path: { core, session }, header: { "Idempotency-Key": key } },
      body: {
        text,
        ...(pictures.length === 0
          ? {}
          : { images: pictures.map(({ type, base64 }) => ({ media_type: type, data: base64 })) }),
      },
    }),
  );

/** Pictures are too large to be kept: that there were some is. */
function store(name: string, messages: readonly Outgoing[]): void {
  if (messages.length === 0) localStorage.removeItem(name);
  else {
    const bare = messages.map(({ key, text, pictures }) => ({ key, text, pictures: pictures.length }));
    try {
      localStorage.setItem(name, JSON.stringify(bare));
    } catch {
      // There is no room: they live as long as the page does.
    }
  }
}

function stored(name: string): { whole: Outgoing[]; bare: Outgoing[] } {
  const whole: Outgoing[] = [];
  const bare: Outgoing[] = [];
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
    for (const it of Array.isArray(value) ? value : []) {
      if (!isRecord(it) || typeof it.key !== "string" || typeof it.text !== "string") continue;
      (it.pictures === 0 ? whole : bare).push({ key: it.key, text: it.text, pictures: [] });
    }
  } catch {
    // It is not ours.
  }
  return { whole, bare };
}
