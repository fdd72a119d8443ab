// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";
import { iAm, mine } from "@/account/mine";
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

test("another person at the same browser finds nothing of it", () => {
  iAm("ada");
  Drafts.of("c", "shared").write("for my eyes only");
  iAm("ben");
  expect(Drafts.of("c", "shared").current().text).toBe("");
  iAm("ada");
  expect(Drafts.of("c", "shared").current().text).toBe("for my eyes only");
});
