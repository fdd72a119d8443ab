import { describe, expect, test } from "vitest";
import { BEGINNING, gap, type Place, resumesAt, told, took } from "./place";
import type { Told } from "./told";

const attached = (replay: "missing" | "screen", position: number, screen_bytes = 0): Told => ({
  type: "attached",
  terminal: "t",
  replay,
  position,
  screen_bytes,
  size: { rows: 24, columns: 80 },
  title: null,
  recorded: false,
});

/** A terminal that keeps the newest of what it has said, and hands it out in pieces that may be cut off anywhere. */
class Said {
  constructor(
    readonly all: string,
    readonly kept: number,
  ) {}

  frames(from: number | undefined): (Told | string)[] {
    const end = this.all.length;
    if (from === undefined || from > end || from < end - this.kept) {
      return [attached("screen", end, 6), "<scr", "n>", { type: "live", position: end }];
    }
    const pieces = this.all.slice(from).match(/.{1,3}/g) ?? [];
    return [attached("missing", from), ...pieces, { type: "live", position: end }];
  }
}

/** Takes so many frames and loses the connection. */
function visit(place: Place, shown: string, said: Said, frames: number): [Place, string] {
  let here = place;
  let screen = shown;
  for (const frame of said.frames(resumesAt(place)).slice(0, frames)) {
    if (typeof frame !== "string") {
      here = told(here, frame);
      if (frame.type === "attached" && frame.replay === "screen") screen = "";
    } else {
      here = took(here, frame.length);
      screen += frame;
    }
  }
  return [here, screen];
}

describe("after any number of drops", () => {
  test("every byte is there once while it is kept", () => {
    for (let cut = 0; cut < 6; cut += 1) {
      let [place, shown] = visit(BEGINNING, "", new Said("0123456789", 100), cut);
      [place, shown] = visit(place, shown, new Said("0123456789abc", 100), cut);
      [place, shown] = visit(place, shown, new Said("0123456789abcdef", 100), 100);
      expect([shown, place]).toEqual(["0123456789abcdef", { position: 16, restoring: 0 }]);
    }
  });

  test("a screen that was restored in part is asked for again", () => {
    const said = new Said("0123456789", 4);
    const [place] = visit(BEGINNING, "", said, 2);
    expect(place).toEqual({ position: 10, restoring: 2 });
    expect(resumesAt(place)).toBeUndefined();
    const [again, shown] = visit(place, "<scr", said, 100);
    expect([shown, resumesAt(again)]).toEqual(["<scrn>", 10]);
  });
});

test("bytes that restore a screen have no position, also when others come in the same frame", () => {
  const place = told(BEGINNING, attached("screen", 1_000, 6));
  expect(took(place, 4)).toEqual({ position: 1_000, restoring: 2 });
  expect(took(place, 10)).toEqual({ position: 1_004, restoring: 0 });
});

test("who fell behind goes on behind what was skipped", () => {
  const place = told({ position: 7, restoring: 0 }, { type: "skipped", position: 900, screen_bytes: 3 });
  expect(resumesAt(took(place, 3 + 20))).toBe(920);
});

test("what is told beside the bytes moves nothing", () => {
  const place = { position: 7, restoring: 2 };
  for (const said of [
    { type: "live", position: 9 },
    { type: "title", title: "vi" },
    { type: "exited", code: 0 },
  ] satisfies Told[]) {
    expect(told(place, said)).toBe(place);
  }
});

test("a screen in place of bytes is a gap for whoever had some, and hides what came before from whoever had nothing", () => {
  expect(gap(BEGINNING, attached("screen", 9, 3))).toBe("earlier");
  expect(gap(BEGINNING, attached("screen", 0, 3))).toBeUndefined();
  expect(gap(BEGINNING, attached("missing", 0))).toBeUndefined();
  expect(gap({ position: 4, restoring: 0 }, attached("screen", 9, 3))).toBe("between");
  expect(gap({ position: 4, restoring: 0 }, attached("missing", 4))).toBeUndefined();
  expect(gap({ position: 4, restoring: 0 }, { type: "skipped", position: 9, screen_bytes: 3 })).toBe("between");
});
