import { afterEach, beforeEach, expect, test, vi } from "vitest";

const assign = vi.fn();

/** As a page that has just been loaded. */
async function page() {
  vi.resetModules();
  return import("./mine");
}

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("location", { assign, origin: "http://localhost:3000" });
});

afterEach(() => {
  vi.unstubAllGlobals();
  assign.mockReset();
});

test("when another person logs in beside, the page ends, once", async () => {
  const { iAm, isStillMine, mine } = await page();
  expect(iAm("ada")).toBe(true);
  expect(isStillMine()).toBe(true);
  localStorage.setItem("condrix.person", "ben");
  window.dispatchEvent(new StorageEvent("storage", { key: "condrix.person", newValue: "ben" }));
  expect(assign.mock.calls).toEqual([["/"]]);
  expect([isStillMine(), mine("draft")]).toEqual([false, "condrix.ada.draft"]);
  expect(assign).toHaveBeenCalledOnce();
});

test("a page does not become another person's, and says nothing of the first one again", async () => {
  const { iAm } = await page();
  iAm("ada");
  localStorage.setItem("condrix.person", "ben");
  iAm("ada");
  expect(localStorage.getItem("condrix.person")).toBe("ben");
  expect(iAm("ben")).toBe(false);
  expect(assign).toHaveBeenCalledOnce();
});

test("what somebody keeps is theirs alone", async () => {
  const first = await page();
  first.iAm("ada");
  const second = await page();
  second.iAm("ben");
  expect([first.mine("draft"), second.mine("draft")]).toEqual(["condrix.ada.draft", "condrix.ben.draft"]);
});
