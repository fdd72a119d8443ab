import { afterEach, expect, test, vi } from "vitest";
import { loadPart, PartMissing } from "./part";

afterEach(() => vi.unstubAllGlobals());

test("a part that is gone is asked about, and its loss is nothing that the router takes for a reason to reload", async () => {
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", async (url: unknown) => {
    asked.push(url);
    return new Response('<script src="/assets/index-new.js"></script>');
  });
  const gone = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module: /assets/x.js"));
  const error: unknown = await loadPart(gone).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(PartMissing);
  expect(String(error)).not.toMatch(/dynamically imported module/);
  expect(asked).toEqual(["/"]);
});

test("a part that is there is what it is", async () => {
  expect(await loadPart(async () => 7)).toBe(7);
});
