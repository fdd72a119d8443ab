/** Following server-sent events through everything that can happen to a connection. */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { request } from "@/api/client";
import { isProblem, type Problem, Unreachable } from "@/api/problem";
import { backoffAfter, pause } from "./backoff";

/** How a stream stands, as a reader should be told. */
export type Standing =
  /** Once more, where it says why it was away. */
  | { readonly state: "connecting"; readonly why?: string | undefined }
  | { readonly state: "live" }
  /** It tries again by itself. */
  | { readonly state: "waiting"; readonly why: string }
  /** It does not: the right to it or the thing itself is gone. Undefined: it was said that it ended. */
  | { readonly state: "ended"; readonly problem: Problem | undefined };

export type Following = {
  readonly url: string;
  /** The id of the last event that is there already. */
  readonly after?: string | undefined;
  readonly onEvent: (event: EventSourceMessage) => void;
  readonly onStanding: (standing: Standing) => void;
  readonly signal: AbortSignal;
};

/** Both gateway and Core say something at least every 15 s. */
const SILENCE = 40_000;
/** A stream that lived for so long had succeeded: the next try comes soon. */
const SETTLED = 5_000;
/** What no repetition changes. A login that has ended is waited for: whoever logs in again goes on where they were. */
const FINAL = ["forbidden", "owner-only", "not-found", "core-revoked"];

const LOST = "The connection was lost";

/** Why it is away, in words. A browser has its own for a connection that breaks, and each has others. */
const lossWords = (error: unknown): string => (isProblem(error) || error instanceof Unreachable ? error.message : LOST);

/** Why nothing comes from a stream. Undefined: it comes, is about to for the first time, or has ended. */
export const awayWhy = (standing: Standing): string | undefined =>
  standing.state === "waiting" || standing.state === "connecting" ? standing.why : undefined;

/** Follows until the signal is given or there is nothing left to follow. */
export async function follow({ url, after, onEvent, onStanding, signal }: Following): Promise<void> {
  let last = after;
  let failures = 0;
  let why: string | undefined;
  while (!signal.aborted) {
    onStanding({ state: "connecting", why });
    const began = performance.now();
    let refusal: unknown;
    try {
      const ended = await once(url, last, signal, {
        onOpen: () => onStanding({ state: "live" }),
        onEvent: (event) => {
          if (event.id !== undefined && event.id !== "") last = event.id;
          onEvent(event);
        },
      });
      if (ended) return onStanding({ state: "ended", problem: undefined });
      why = LOST;
    } catch (error) {
      if (signal.aborted) return;
      refusal = error;
      if (isProblem(error, ...FINAL)) return onStanding({ state: "ended", problem: error });
      why = lossWords(error);
      onStanding({ state: "waiting", why });
    }
    failures = performance.now() - began > SETTLED ? 0 : failures + 1;
    if (!signal.aborted) await pause(backoffAfter(refusal, failures), signal);
  }
}

type Hearing = { onOpen: () => void; onEvent: (event: EventSourceMessage) => void };

/** One connection. Whether the stream itself said that it is over. */
async function once(url: string, after: string | undefined, outer: AbortSignal, hearing: Hearing): Promise<boolean> {
  const inner = new AbortController();
  const stop = () => inner.abort();
  outer.addEventListener("abort", stop);
  let silent = setTimeout(stop, SILENCE);
  try {
    const headers = new Headers({ accept: "text/event-stream" });
    if (after !== undefined) headers.set("last-event-id", after);
    const response = await request(url, { headers, signal: inner.signal, cache: "no-store" });
    hearing.onOpen();
    let over = false;
    const parser = createParser({
      onEvent: (event) => {
        over ||= event.event === "end";
        hearing.onEvent(event);
      },
    });
    const text = response.body?.pipeThrough(new TextDecoderStream());
    if (text === undefined) return false;
    for await (const chunk of chunks(text)) {
      clearTimeout(silent);
      silent = setTimeout(stop, SILENCE);
      parser.feed(chunk);
      if (over) return true;
    }
    return false;
  } finally {
    clearTimeout(silent);
    outer.removeEventListener("abort", stop);
    inner.abort();
  }
}

/** As `for await` over the stream, which not every browser has yet. */
async function* chunks(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // The connection may be gone already, which is all that cancelling is for.
    await reader.cancel().catch(() => {});
  }
}
