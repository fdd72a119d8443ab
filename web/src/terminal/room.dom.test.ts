import { beforeEach, expect, test } from "vitest";
import { noteRoom, roomIn } from "./room";

const frame = { width: 560, height: 900, letters: 13 };
const room = { rows: 48, columns: 66 };

beforeEach(() => localStorage.clear());

test("there is as much room as there was in a panel of the same size, and otherwise nobody knows", () => {
  expect(roomIn(frame)).toBeUndefined();
  noteRoom(frame, room);
  expect(roomIn({ ...frame })).toEqual(room);
  expect(roomIn({ ...frame, width: 700 })).toBeUndefined();
  expect(roomIn({ ...frame, height: 500 })).toBeUndefined();
  expect(roomIn({ ...frame, letters: 16 })).toBeUndefined();
});

test("what was kept in another shape is forgotten", () => {
  for (const kept of ["{", "7", '{"frame":"560x900/13","rows":0,"columns":66}', '{"frame":"560x900/13","rows":48}']) {
    localStorage.setItem("condrix.terminal.room", kept);
    expect(roomIn(frame)).toBeUndefined();
  }
});
