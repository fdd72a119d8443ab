import { afterEach, beforeEach, expect, test, vi } from "vitest";

const page = (entry: string) =>
  `<link rel="icon" href="/favicon.svg"><script type="module" src="/assets/${entry}.js"></script><link href="/assets/look-1.css">`;

/** As it is in a page that was just loaded. */
async function loaded() {
  vi.resetModules();
  document.head.innerHTML = page("index-a");
  return import("./version");
}

let asked: number;
const serves = (answer: () => Response) =>
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    return answer();
  });

beforeEach(() => {
  asked = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a document names the parts that it begins with", async () => {
  const { partsOf } = await loaded();
  expect(partsOf(page("index-a"))).toEqual(["/assets/index-a.js", "/assets/look-1.css"]);
  expect(partsOf("<p>502 from something in between</p>")).toEqual([]);
});

test("the page that runs is no news, and another is", async () => {
  const { lookForVersion } = await loaded();
  serves(() => new Response(page("index-a")));
  expect(await lookForVersion(0)).toBe(false);
  serves(() => new Response(page("index-b")));
  expect(await lookForVersion(0)).toBe(true);
  expect(await lookForVersion(0)).toBe(true);
  expect(asked).toBe(2);
});

test("silence, a refusal and strange answers are no version", async () => {
  const { lookForVersion } = await loaded();
  for (const answer of [
    () => Response.error(),
    () => Response.json({ type: "urn:condrix:problem:unavailable" }, { status: 503 }),
    () => new Response("<p>Log in to this network</p>"),
  ]) {
    serves(answer);
    expect(await lookForVersion(0)).toBe(false);
  }
});

test("it is not asked for more often than it is wanted", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { lookForVersion } = await loaded();
  serves(() => new Response(page("index-b")));
  expect(await lookForVersion(60_000)).toBe(false);
  vi.setSystemTime(Date.now() + 61_000);
  expect(await lookForVersion(60_000)).toBe(true);
  expect(asked).toBe(1);
});
