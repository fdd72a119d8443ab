/** A WebSocket that comes back by itself through everything that can happen to a connection. */
import { isProblem, Unreachable } from "@/api/problem";
import { backoffAfter, pause } from "./backoff";
import type { Standing } from "./stream";

/** One connection. What is sent when it is gone already goes nowhere. */
export type Line = { readonly send: (message: string | Uint8Array<ArrayBuffer>) => void };

export type Conversation = {
  /** Made anew for each try: it may say up to where everything is there. */
  readonly url: () => string;
  readonly protocol: string;
  /** Asks for the thing itself. A browser does not tell why a socket was refused; the answer to this does. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
  readonly onOpen: (line: Line) => void;
  readonly onText: (text: string) => void;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onStanding: (standing: Standing) => void;
  readonly signal: AbortSignal;
};

/** A socket says nothing where nothing happens: after so long it is asked whether the gateway is there at all. */
const SILENCE = 20_000;
/** For opening it, and for an answer. */
const PATIENCE = 15_000;
/** A connection that lived for so long had succeeded: the next try comes soon. */
const SETTLED = 5_000;
/** What no repetition changes. A login may come back, and is waited for. */
const FINAL = ["forbidden", "owner-only", "not-found", "core-revoked"];

/** Goes on until the signal is given or there is nobody to talk to any more. */
export async function converse(conversation: Conversation): Promise<void> {
  const { ask, onStanding, signal } = conversation;
  let failures = 0;
  while (!signal.aborted) {
    onStanding({ state: "connecting" });
    const began = performance.now();
    await once(conversation);
    if (signal.aborted) return;
    let refusal: unknown;
    let why = navigator.onLine ? "The connection was lost." : "You are offline.";
    try {
      await ask(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]));
    } catch (error) {
      if (signal.aborted) return;
      refusal = error;
      if (isProblem(error, ...FINAL)) return onStanding({ state: "ended", problem: error });
      if (isProblem(error)) why = `${error.title}.`;
      else if (navigator.onLine) why = `${new Unreachable().message}.`;
    }
    if (signal.aborted) return;
    onStanding({ state: "waiting", why });
    failures = performance.now() - began > SETTLED ? 0 : failures + 1;
    await pause(backoffAfter(refusal, failures), signal);
  }
}

/** From opening to the end of one connection, however that comes. */
function once({ url, protocol, ask, onOpen, onText, onBytes, onStanding, signal }: Conversation): Promise<void> {
  return new Promise((resolve) => {
    const place = new URL(url(), location.href);
    place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(place, protocol);
    socket.binaryType = "arraybuffer";
    const over = () => {
      clearTimeout(timer);
      window.removeEventListener("offline", over);
      signal.removeEventListener("abort", over);
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      resolve();
    };
    const silent = () => {
      ask(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])).then(watch, over);
    };
    // One look at the clock for each answer, not a new timer for each frame.
    let heard = 0;
    let timer = setTimeout(over, PATIENCE);
    const watch = () => {
      clearTimeout(timer);
      if (socket.readyState > WebSocket.OPEN) return;
      const rest = heard + SILENCE - performance.now();
      timer = setTimeout(rest > 0 ? watch : silent, rest > 0 ? rest : SILENCE);
    };
    socket.onopen = () => {
      heard = performance.now();
      watch();
      onStanding({ state: "live" });
      onOpen({
        send: (message) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(message);
        },
      });
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      heard = performance.now();
      if (typeof data === "string") onText(data);
      else if (data instanceof ArrayBuffer) onBytes(new Uint8Array(data));
    };
    socket.onclose = over;
    // A browser may keep a dead socket for minutes.
    window.addEventListener("offline", over);
    signal.addEventListener("abort", over);
  });
}
