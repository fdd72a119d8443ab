import { afterEach, expect, test, vi } from "vitest";
import { Feed } from "./feed";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const ada = { user: "u1", name: "ada" };
const event = (epoch: number, seq: number, said: object) =>
  `id: ${epoch}:${seq}\ndata: ${JSON.stringify({ seq, at: "2026-01-01T00:00:00Z", ...said })}\n\n`;
const resume = (continuity: string) => `event: resume\ndata: {"continuity":"${continuity}"}\n\n`;
const end = "event: end\ndata: {}\n\n";
const message = (turn: string) => ({ kind: "message_accepted", turn, text: turn, by: ada });

function answers(...streams: string[]): (string | null)[] {
  const asked: (string | null)[] = [];
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get("last-event-id"));
    return new Response(streams[asked.length - 1] ?? end, { headers: { "content-type": "text/event-stream" } });
  });
  return asked;
}

const turns = (feed: Feed) => feed.current().conversation.entries.map(({ key }) => key);

test("a connection that is lost in the middle leaves what is there and goes on behind it", async () => {
  const asked = answers(
    resume("ok") + event(1, 1, message("a")) + event(1, 2, message("b")),
    resume("ok") + event(1, 3, message("c")) + end,
  );
  const feed = new Feed("/events");
  const seen: number[] = [];
  feed.subscribe(() => seen.push(feed.current().conversation.entries.length));
  await feed.start(new AbortController().signal);
  expect(turns(feed)).toEqual(["turn-a", "turn-b", "turn-c"]);
  expect(asked).toEqual([null, "1:2"]);
  expect(seen).toEqual([...seen].sort());
});

test("after a gap the history is read anew, and never shown twice", async () => {
  answers(
    resume("ok") + event(1, 1, message("a")) + event(1, 2, message("lost")),
    resume("gap") + event(2, 1, message("a")) + event(2, 2, message("other")) + end,
  );
  const feed = new Feed("/events");
  const seen: number[] = [];
  feed.subscribe(() => seen.push(feed.current().conversation.entries.length));
  await feed.start(new AbortController().signal);
  expect(turns(feed)).toEqual(["turn-a", "turn-other"]);
  expect(seen.slice(seen.indexOf(2))).not.toContain(0);
});

test("a session that is shown again goes on where it was left", async () => {
  const asked = answers(resume("ok") + event(1, 1, message("a")) + end, resume("ok") + event(1, 2, message("b")) + end);
  const feed = new Feed("/events");
  await feed.start(new AbortController().signal);
  await feed.start(new AbortController().signal);
  expect(turns(feed)).toEqual(["turn-a", "turn-b"]);
  expect(asked).toEqual([null, "1:1"]);
});
