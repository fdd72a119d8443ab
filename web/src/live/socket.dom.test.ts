import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { converse, type Line } from "./socket";
import type { Standing } from "./stream";

/** A socket of which a test decides what happens to it. */
class Socket {
  static readonly OPEN = 1;
  static made: Socket[] = [];
  readyState = 0;
  binaryType = "blob";
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(
    readonly url: URL,
    readonly protocol: string,
  ) {
    Socket.made.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  lose() {
    this.readyState = 3;
    this.onclose?.();
  }

  close() {
    this.readyState = 3;
  }

  send(message: unknown) {
    this.sent.push(message);
  }
}

const newest = async (count: number): Promise<Socket> => {
  await vi.waitUntil(() => Socket.made.length === count, { interval: 1 });
  const socket = Socket.made.at(-1);
  if (socket === undefined) throw new Error("there is no socket");
  return socket;
};

const refusal = (slug: string, status: number) =>
  new Problem(status, { type: `urn:condrix:problem:${slug}`, title: slug });

function begin(ask: () => Promise<unknown>) {
  const standings: Standing[] = [];
  const heard: unknown[] = [];
  const lines: Line[] = [];
  const given = new AbortController();
  let position = 0;
  const over = converse({
    url: () => `/api/attach?position=${position}`,
    protocol: "test.v1",
    ask,
    onOpen: (line) => lines.push(line),
    onText: (text) => heard.push(text),
    onBytes: (bytes) => {
      position += bytes.length;
      heard.push(bytes.length);
    },
    onStanding: (standing) => standings.push(standing),
    signal: given.signal,
  });
  return { over, given, standings, heard, lines };
}

beforeEach(() => {
  Socket.made = [];
  vi.stubGlobal("WebSocket", Socket);
  vi.spyOn(Math, "random").mockReturnValue(0);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a lost connection is made again, with what is there by then", async () => {
  const { over, given, standings, heard } = begin(async () => {});
  const first = await newest(1);
  first.open();
  first.onmessage?.({ data: new ArrayBuffer(5) });
  first.onmessage?.({ data: "{}" });
  first.lose();
  const second = await newest(2);
  expect(second.url.href).toMatch(/^ws:.*position=5$/);
  expect(heard).toEqual([5, "{}"]);
  expect(standings.map(({ state }) => state)).toEqual(["connecting", "live", "waiting", "connecting"]);
  given.abort();
  await over;
});

test("what is refused for good is not tried again, and it is said why", async () => {
  const { over, standings } = begin(async () => {
    throw refusal("owner-only", 403);
  });
  (await newest(1)).lose();
  await over;
  expect(Socket.made).toHaveLength(1);
  expect(standings.at(-1)).toMatchObject({ state: "ended", problem: { slug: "owner-only" } });
});

test("a Core that is away is waited for, and so are a login that has ended and a gateway that does not answer", async () => {
  const refused = [
    refusal("core-offline", 503),
    refusal("unauthenticated", 401),
    new Unreachable(),
    refusal("not-found", 404),
  ];
  const { over, standings } = begin(async () => {
    throw refused.shift();
  });
  for (let count = 1; count <= 4; count += 1) (await newest(count)).lose();
  await over;
  const waited = standings.flatMap((standing) => (standing.state === "waiting" ? [standing.why] : []));
  expect(waited).toEqual(["core-offline.", "unauthenticated.", "The gateway cannot be reached."]);
});

test("a socket is given up when the network goes, and what is sent then goes nowhere", async () => {
  const { over, given, lines } = begin(async () => {});
  const socket = await newest(1);
  socket.open();
  lines[0]?.send("a");
  window.dispatchEvent(new Event("offline"));
  lines[0]?.send("b");
  expect([socket.readyState, socket.sent]).toEqual([3, ["a"]]);
  await newest(2);
  given.abort();
  await over;
});

test("a socket that says nothing is given up when the gateway does not answer either", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  let asked = 0;
  const { over, given } = begin(async () => {
    asked += 1;
    if (asked === 2) throw new Unreachable();
  });
  Socket.made[0]?.open();
  await vi.advanceTimersByTimeAsync(45_000);
  expect([asked, Socket.made.length]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(45_000);
  expect(Socket.made.length).toBeGreaterThan(1);
  given.abort();
  vi.useRealTimers();
  await over;
});

test("who leaves closes the socket", async () => {
  const { over, given } = begin(async () => {});
  const socket = await newest(1);
  socket.open();
  given.abort();
  await over;
  expect(socket.readyState).toBe(3);
});
