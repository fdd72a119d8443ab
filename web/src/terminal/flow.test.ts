import { expect, test } from "vitest";
import { came, drawn, type Flow, type Order, reconnected, STILL } from "./flow";

const PIECE = 32 * 1024;

test("ten megabytes never wait all at once, and each pause is followed by a resume", () => {
  let flow: Flow = STILL;
  let [left, most] = [10 * 1024 * 1024, 0];
  const orders: Order[] = [];
  let order: Order | undefined;
  while (left > 0 || flow.waiting > 0) {
    if (left > 0 && !flow.paused) {
      [flow, order] = came(flow, PIECE);
      left -= PIECE;
    } else {
      [flow, order] = drawn(flow, PIECE);
    }
    most = Math.max(most, flow.waiting);
    if (order !== undefined) orders.push(order);
  }
  expect(most).toBeLessThan(1024 * 1024);
  expect(orders.length).toBeGreaterThan(2);
  expect(orders.every((each, at) => each === (at % 2 === 0 ? "pause" : "resume"))).toBe(true);
  expect(flow).toEqual(STILL);
});

test("what comes while it is paused asks for no second pause", () => {
  const [paused] = came(STILL, 1024 * 1024);
  expect(came(paused, PIECE)[1]).toBeUndefined();
});

test("a new connection that brings too much is paused again", () => {
  const [paused] = came(STILL, 1024 * 1024);
  expect(came(reconnected(paused), PIECE)[1]).toBe("pause");
});
