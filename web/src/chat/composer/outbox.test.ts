import { beforeEach, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { Outbox, type Outgoing, type Send } from "./outbox";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});

const message = (key: string): Outgoing => ({ key, text: `text of ${key}`, pictures: [] });
const problem = (status: number, slug: string) => new Problem(status, { type: `urn:condrix:problem:${slug}` });

function outbox(send: Send, before: Outgoing[] = []) {
  const refused: [string, unknown][] = [];
  const kept: string[][] = [];
  const box = new Outbox(
    send,
    ({ key }, why) => refused.push([key, why]),
    (messages) => kept.push(messages.map(({ key }) => key)),
    before,
  );
  return { box, refused, kept };
}

test("what may have arrived is sent again with the same key until it is accepted", async () => {
  const keys: string[] = [];
  const answers = [new Unreachable(), problem(503, "core-offline"), problem(408, "request-timeout"), { turn: "t1" }];
  const { box, refused, kept } = outbox(async ({ key }) => {
    const answer = answers[keys.push(key) - 1];
    if (answer instanceof Error) throw answer;
    return answer ?? { turn: "?" };
  });
  box.add(message("a"));
  await vi.waitFor(() => expect(box.current()[0]?.turn).toBe("t1"));
  expect(keys).toEqual(["a", "a", "a", "a"]);
  expect(refused).toEqual([]);
  expect(kept.at(-1)).toEqual([]);
  box.seen(new Set(["t1"]));
  expect(box.current()).toEqual([]);
});

test("what is refused comes back, and the next one goes", async () => {
  const full = problem(429, "queue-full");
  const { box, refused } = outbox(async ({ key }) => {
    if (key === "a") throw full;
    return { turn: key };
  });
  box.add(message("a"));
  box.add(message("b"));
  await vi.waitFor(() => expect(box.current()).toMatchObject([{ key: "b", turn: "b" }]));
  expect(refused).toEqual([["a", full]]);
});

test("messages go one after the other, in their order", async () => {
  const sent: string[] = [];
  let first = true;
  const { box } = outbox(async ({ key }) => {
    sent.push(key);
    if (first) {
      first = false;
      throw new Unreachable();
    }
    return { turn: key };
  });
  for (const key of ["a", "b", "c"]) box.add(message(key));
  await vi.waitFor(() => expect(box.current().every(({ turn }) => turn !== undefined)).toBe(true));
  expect(sent).toEqual(["a", "a", "b", "c"]);
});

test("what was on its way before a reload is sent again", async () => {
  const sent: string[] = [];
  outbox(async ({ key }) => ({ turn: sent.push(key).toString() }), [message("a")]);
  await vi.waitFor(() => expect(sent).toEqual(["a"]));
});

test("what is taken back is not sent any more and keeps its key", async () => {
  let tries = 0;
  const { box, refused } = outbox(async () => {
    tries += 1;
    throw new Unreachable();
  });
  vi.spyOn(Math, "random").mockReturnValue(1);
  box.add(message("a"));
  await vi.waitFor(() => expect(box.current()[0]?.trouble).toBeDefined());
  expect(box.takeBack("a")).toMatchObject({ key: "a", text: "text of a" });
  box.hurry();
  await Promise.resolve();
  expect([tries, box.current(), refused]).toEqual([1, [], []]);
});

test("after the login has ended nothing is sent until it is back", async () => {
  vi.useFakeTimers();
  const answers = [problem(401, "unauthenticated"), problem(409, "another-user"), { turn: "t1" }];
  let tries = 0;
  const { box, refused } = outbox(async () => {
    const answer = answers[tries++];
    if (answer instanceof Error) throw answer;
    return answer ?? { turn: "?" };
  });
  box.add(message("a"));
  for (const made of [1, 2]) {
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(tries).toBe(made);
    box.hurry();
  }
  await vi.advanceTimersByTimeAsync(0);
  expect([box.current()[0]?.turn, refused]).toEqual(["t1", []]);
  vi.useRealTimers();
});

test("what is taken back on its way is given up, and the next one goes", async () => {
  const { box, refused, kept } = outbox(
    ({ key }, signal) =>
      new Promise((accept, refuse) => {
        if (key === "b") accept({ turn: "b" });
        signal.addEventListener("abort", () => refuse(signal.reason));
      }),
  );
  box.add(message("a"));
  box.add(message("b"));
  expect(box.takeBack("a")).toMatchObject({ key: "a" });
  await vi.waitFor(() => expect(box.current()).toMatchObject([{ key: "b", turn: "b" }]));
  expect([refused, kept.at(-1)]).toEqual([[], []]);
});

test("what another tab sends is not sent, until that tab has gone", async () => {
  const sent: string[] = [];
  const { box } = outbox(async ({ key }) => ({ turn: sent.push(key).toString() }));
  box.add({ ...message("a"), elsewhere: true });
  box.add({ ...message("b"), elsewhere: true });
  expect(box.takeBack("a")).toBeUndefined();
  box.leave("b");
  await Promise.resolve();
  expect([sent, box.current().map(({ key }) => key)]).toEqual([[], ["a"]]);
  box.takeOver("a");
  await vi.waitFor(() => expect(sent).toEqual(["a"]));
});
