import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Outgoing } from "./outbox";

const message = (key: string): Outgoing => ({ key, text: `text of ${key}`, pictures: [] });
const names = () => Object.keys(localStorage).filter((name) => name.includes(".outbox."));
let sent: string[];

/** A page that was just loaded. */
async function page(answer: () => Promise<Response>) {
  vi.resetModules();
  sent = [];
  vi.stubGlobal("fetch", (asked: Request) => {
    sent.push(asked.headers.get("idempotency-key") ?? "none");
    return answer();
  });
  return import("./session-outbox");
}

const never = () => new Promise<Response>(() => {});

beforeEach(() => localStorage.clear());
afterEach(() => {
  vi.unstubAllGlobals();
});

test("each message has a place of its own, and what another tab keeps stays", async () => {
  const { outboxOf } = await page(never);
  const box = outboxOf("c", "s");
  box.add(message("a"));
  localStorage.setItem("condrix.nobody.outbox.c.s.other", "{}");
  box.add(message("b"));
  box.takeBack("a");
  expect(names().sort()).toEqual(["condrix.nobody.outbox.c.s.b", "condrix.nobody.outbox.c.s.other"]);
});

test("after a reload everything that was on its way goes on, in its order, whatever is open", async () => {
  const before = await page(never);
  before.outboxOf("c", "s").add(message("b"));
  before.outboxOf("c", "s").add(message("a"));
  before.outboxOf("c", "t").add(message("d"));
  const { reopenOutboxes } = await page(async () => Response.json({ turn: "t" }));
  reopenOutboxes();
  await vi.waitFor(() => expect(sent).toHaveLength(3), { timeout: 5_000 });
  expect(sent.filter((key) => key !== "d")).toEqual(["b", "a"]);
  await vi.waitFor(() => expect(names()).toEqual([]));
});

test("a message of another tab is shown and left to that tab", async () => {
  vi.stubGlobal("navigator", { locks: { request: () => new Promise(() => {}) } });
  const { outboxOf } = await page(never);
  const place = "condrix.nobody.outbox.c.s.a";
  const box = outboxOf("c", "s");
  const value = JSON.stringify({ key: "a", text: "text of a", pictures: 0, at: 1 });
  localStorage.setItem(place, value);
  window.dispatchEvent(new StorageEvent("storage", { key: place, newValue: value }));
  expect(box.current()).toMatchObject([{ key: "a", elsewhere: true }]);
  localStorage.removeItem(place);
  window.dispatchEvent(new StorageEvent("storage", { key: place, newValue: null }));
  expect([box.current(), sent]).toEqual([[], []]);
});
