import { beforeEach, expect, test, vi } from "vitest";
import type { Conversation } from "@/live/socket";
import { Attachment, type Screen } from "./attachment";
import type { Told } from "./told";

let talk: Conversation;
vi.mock("@/live/socket", () => ({
  converse: async (conversation: Conversation) => {
    talk = conversation;
  },
}));

const text = new TextDecoder();
const size = { rows: 24, columns: 80 };
const attached: Told = {
  type: "attached",
  terminal: "t",
  replay: "missing",
  position: 0,
  screen_bytes: 0,
  size,
  title: null,
  recorded: false,
};

/** Draws when it is told to, and answers a question as soon as it has drawn it, if it may. */
class Emulator implements Screen {
  shown = "";
  may = false;
  sizes: string[] = [];
  asked: () => void = () => {};
  private queue: (() => void)[] = [];

  write = (bytes: Uint8Array, drawn: () => void) => {
    const said = text.decode(bytes);
    this.queue.push(() => {
      this.shown += said;
      if (said.includes("?") && this.may) this.asked();
      drawn();
    });
  };
  afterwards = (act: () => void) => {
    this.queue.push(act);
  };
  resize = ({ rows, columns }: typeof size) => {
    this.sizes.push(`${rows}x${columns}`);
  };
  speaks = (may: boolean) => {
    this.may = may;
  };
  draw() {
    for (const act of this.queue.splice(0)) act();
  }
}

let emulator: Emulator;
let attachment: Attachment;
let sent: string[];

function open() {
  sent = [];
  const into = sent;
  talk.onStanding({ state: "live" });
  talk.onOpen({ send: (said) => into.push(typeof said === "string" ? said : text.decode(said)) });
}
const say = (...said: (Told | string)[]) => {
  for (const each of said) {
    if (typeof each === "string") talk.onBytes(new TextEncoder().encode(each));
    else talk.onText(JSON.stringify(each));
  }
};
const lose = () => talk.onStanding({ state: "waiting", why: "Lost." });

beforeEach(() => {
  emulator = new Emulator();
  attachment = new Attachment({ url: "/t", ask: async () => {} }, emulator, false);
  emulator.asked = () => attachment.type("answer");
  attachment.fit(size);
  attachment.connect();
});

test("what a replay asks is not answered, and what is asked afterwards is", () => {
  open();
  say(attached, "who are you?", { type: "live", position: 12 }, "and now?");
  expect(sent).toEqual([]);
  emulator.draw();
  expect(sent).toEqual(['{"type":"ready"}', "answer"]);
});

test("it comes back for exactly what it has not, and counts what is not drawn yet as there", () => {
  expect(talk.url()).toBe("/t/attach?position=0&rows=24&columns=80");
  open();
  say(attached, "12345", { type: "live", position: 5 }, "678");
  lose();
  expect(talk.url()).toContain("position=8");
});

test("keys between a loss and the end of the next replay go nowhere, and that is counted", () => {
  open();
  say(attached, { type: "live", position: 0 });
  emulator.draw();
  attachment.type("a");
  lose();
  attachment.type("b");
  open();
  say(attached);
  emulator.draw();
  attachment.type("c");
  expect(sent).toEqual([]);
  expect(attachment.now()).toMatchObject({ refused: 2, unsure: true });
});

test("a replay that ends in a connection that is lost by then opens nothing", () => {
  open();
  say(attached, "x", { type: "live", position: 1 });
  lose();
  open();
  emulator.draw();
  expect(attachment.now().live).toBe(false);
  expect(sent).toEqual([]);
});

test("the size is the terminal's, in the order in which it was said", () => {
  open();
  say(attached, "x", { type: "resized", size: { rows: 5, columns: 9 } });
  expect(emulator.sizes).toEqual([]);
  emulator.draw();
  expect(emulator.sizes).toEqual(["24x80", "5x9"]);
});

test("a size is said when it has changed, and by who looks on never", () => {
  open();
  attachment.fit({ ...size });
  attachment.fit({ rows: 30, columns: 80 });
  expect(sent).toEqual(['{"type":"resize","size":{"rows":30,"columns":80}}']);
  attachment.lookOn(true);
  open();
  attachment.fit({ rows: 31, columns: 80 });
  attachment.type("x");
  expect(sent).toEqual([]);
  expect(talk.url()).toMatch(/^\/t\/watch\?/);
});

test("more than can be drawn pauses the terminal until most of it is", () => {
  open();
  say(attached, { type: "live", position: 0 });
  emulator.draw();
  for (let piece = 0; piece < 20; piece += 1) say("x".repeat(32 * 1024));
  expect(sent.at(-1)).toBe('{"type":"pause"}');
  emulator.draw();
  expect(sent.at(-1)).toBe('{"type":"resume"}');
});

test("a paste is cut into frames that a Core takes", () => {
  open();
  say(attached, { type: "live", position: 0 });
  emulator.draw();
  attachment.type("x".repeat(200_000));
  expect(sent.slice(1).map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3_392]);
});
