import { beforeEach, expect, test, vi } from "vitest";
import { mine } from "@/account/mine";
import { Drafts } from "./drafts";

beforeEach(() => localStorage.clear());

let sessions = 0;
function fresh() {
  sessions += 1;
  return { draft: Drafts.of("c", `s${sessions}`), place: mine(`draft.c.s${sessions}`) };
}

test("a draft is kept, and gone once it is taken", () => {
  const { draft, place } = fresh();
  draft.write("hello");
  expect(localStorage.getItem(place)).toBe("hello");
  expect(draft.take()).toMatchObject({ text: "hello", pictures: [] });
  expect(localStorage.getItem(place)).toBeNull();
  expect(draft.take()).toBeUndefined();
});

test("what came back unchanged keeps its key, what was changed has a new one", () => {
  const { draft } = fresh();
  draft.write("hello");
  const first = draft.take();
  if (!first) throw new Error("nothing was taken");
  draft.giveBack(first);
  const again = draft.take();
  expect(again?.key).toBe(first.key);
  draft.giveBack(first);
  draft.write("hello!");
  expect(draft.take()?.key).not.toBe(first.key);
});

test("what was written meanwhile is not lost when a message comes back", () => {
  const { draft } = fresh();
  draft.write("newer");
  draft.giveBack({ key: "k", text: "older", pictures: [] }, new Error("no"));
  expect(draft.current()).toMatchObject({ text: "older\n\nnewer" });
  expect(draft.take()?.key).not.toBe("k");
});

/** The draft on a page of somebody, as it was just loaded. */
async function pageOf(user: string) {
  vi.resetModules();
  (await import("@/account/mine")).iAm(user);
  return (await import("./drafts")).Drafts.of("c", "shared");
}

test("another person at the same browser finds nothing of it", async () => {
  (await pageOf("ada")).write("for my eyes only");
  expect((await pageOf("ben")).current().text).toBe("");
  expect((await pageOf("ada")).current().text).toBe("for my eyes only");
});

const elsewhere = (place: string, oldValue: string | null, newValue: string | null) => {
  if (newValue === null) localStorage.removeItem(place);
  else localStorage.setItem(place, newValue);
  window.dispatchEvent(new StorageEvent("storage", { key: place, oldValue, newValue }));
};

test("what another tab writes is seen, and what only this one has stays", () => {
  const { draft, place } = fresh();
  elsewhere(place, null, "a");
  elsewhere(place, "a", "ab");
  expect(draft.current().text).toBe("ab");
  elsewhere(place, "ab", null);
  expect(draft.current().text).toBe("");
  draft.write("mine");
  elsewhere(place, "", "other");
  expect(draft.current().text).toBe("mine");
});

test("what another tab has written is not removed with what this one sends", () => {
  const { draft, place } = fresh();
  draft.write("mine");
  localStorage.setItem(place, "other");
  expect(draft.take()?.text).toBe("mine");
  expect([localStorage.getItem(place), draft.current().text]).toEqual(["other", "other"]);
});

test("what was taken back and arrived all the same is not offered again, unless it was changed", () => {
  const { draft } = fresh();
  const message = { key: "k", text: "hello", pictures: [] };
  const old = { id: "t1", text: "hello", images: [] };
  draft.giveBack(message, undefined, new Set(["t1"]));
  draft.arrived([old]);
  expect(draft.current().text).toBe("hello");
  draft.write("hello!");
  draft.arrived([old, { ...old, id: "t2" }]);
  expect(draft.current().text).toBe("hello!");
  draft.write("hello");
  draft.arrived([old, { ...old, id: "t2" }]);
  expect(draft.current().text).toBe("");
});
