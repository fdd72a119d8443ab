import { expect, test, vi } from "vitest";
import type { Conversation } from "@/live/socket";
import { roomIn } from "./room";
import { Seat } from "./seat";

const talks: Conversation[] = [];
vi.mock("@/live/socket", () => ({ converse: async (conversation: Conversation) => talks.push(conversation) }));
vi.mock("./emulator", () => ({
  Emulator: class {
    letters = 13;
    open = () => {};
    drawQuickly = async () => {};
    room = () => ({ rows: 48, columns: 66 });
    speaks = () => {};
    dispose = () => {};
  },
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe = () => {};
    disconnect = () => {};
  },
);

const looks = { dark: false, letters: 13, readAloud: false };
const tells = { onShortcut: () => {}, onOffer: () => {}, onCtrl: () => {} };

async function sit(looksOn: boolean): Promise<string> {
  talks.length = 0;
  const panel = document.createElement("aside");
  panel.dataset.terminals = "";
  const element = panel.appendChild(document.createElement("div"));
  const seat = new Seat("studio", "t", element, looks, looksOn, tells);
  await vi.waitFor(() => expect(talks).toHaveLength(1));
  const url = talks[0]?.url() ?? "";
  seat.leave();
  return url;
}

test("whoever only looks on does so from the beginning, and whoever types is there to type", async () => {
  expect(await sit(true)).toMatch(/^\/api\/v1\/cores\/studio\/terminals\/t\/watch\?/);
  expect(await sit(false)).toMatch(/^\/api\/v1\/cores\/studio\/terminals\/t\/attach\?/);
});

test("how much room a terminal has in its panel is known for the next one", async () => {
  localStorage.clear();
  await sit(false);
  expect(roomIn({ width: 0, height: 0, letters: 13 })).toEqual({ rows: 48, columns: 66 });
});
