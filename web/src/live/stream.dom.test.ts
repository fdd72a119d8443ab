import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { awayWhy, follow, type Standing } from "./stream";

type Asked = { url: string; after: string | null };
let asked: Asked[];

/** Answers in turn; the last again and again. */
function answers(...all: (() => Response)[]) {
  let next = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, after: new Headers(init.headers).get("last-event-id") });
    const answer = all[Math.min(next, all.length - 1)];
    next += 1;
    return answer?.() ?? Response.error();
  });
}

const stream = (text: string) => () => new Response(text, { headers: { "content-type": "text/event-stream" } });
const refusal = (status: number, slug: string) => () =>
  Response.json({ type: `urn:condrix:problem:${slug}`, title: slug, status }, { status });

async function heard(after?: string) {
  const events: string[] = [];
  const standings: Standing["state"][] = [];
  const reasons: (string | undefined)[] = [];
  await follow({
    url: "/events",
    after,
    onEvent: (event) => events.push(event.data),
    onStanding: (standing) => {
      standings.push(standing.state);
      reasons.push(awayWhy(standing));
    },
    signal: new AbortController().signal,
  });
  return { events, standings, reasons };
}

beforeEach(() => {
  asked = [];
  vi.spyOn(Math, "random").mockReturnValue(0);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("after a lost connection it asks for what comes after the last event it has", async () => {
  answers(
    stream("id: 1:1\ndata: a\n\nid: 1:2\ndata: b\n\ndata: cut off"),
    stream("id: 1:3\ndata: c\n\nevent: end\ndata: {}\n\n"),
  );
  const { events, standings } = await heard("1:0");
  expect(events).toEqual(["a", "b", "c", "{}"]);
  expect(asked.map(({ after }) => after)).toEqual(["1:0", "1:2"]);
  expect(standings).toEqual(["connecting", "live", "connecting", "live", "ended"]);
});

test("a Core that is away is waited for, and a revoked one is not", async () => {
  answers(refusal(503, "core-offline"), refusal(410, "core-revoked"));
  const { standings } = await heard();
  expect(standings).toEqual(["connecting", "waiting", "connecting", "ended"]);
});

test("nothing is asked any more once it is given up", async () => {
  answers(stream("data: a\n\n"));
  const given = new AbortController();
  await follow({ url: "/events", onEvent: () => given.abort(), onStanding: () => {}, signal: given.signal });
  expect(asked).toHaveLength(1);
});

/** Begins, and breaks as a browser says it. */
const broken = () =>
  new Response(
    new ReadableStream({
      pull(controller) {
        controller.error(new TypeError("network error"));
      },
    }),
  );

test("why a stream is away is said in our own words, and still while it is tried again", async () => {
  answers(
    broken,
    () => {
      throw new TypeError("Failed to fetch");
    },
    refusal(503, "core-offline"),
    refusal(404, "not-found"),
  );
  const { standings, reasons } = await heard();
  const [lost, away, offline] = ["The connection was lost", "The gateway cannot be reached", "core-offline"];
  expect(standings.filter((it) => it !== "live")).toEqual([
    ...["connecting", "waiting", "connecting", "waiting", "connecting", "waiting", "connecting", "ended"],
  ]);
  expect(reasons.filter((it) => it !== undefined)).toEqual([lost, lost, away, away, offline, offline]);
});
