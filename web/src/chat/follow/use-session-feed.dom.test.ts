import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useSessionFeed } from "./use-session-feed";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const message = { seq: 1, at: "2026-01-01T00:00:00Z", kind: "message_accepted", turn: "a", text: "a" };
const history = () =>
  new Response(
    `event: resume\ndata: {"continuity":"ok"}\n\nid: 1:1\ndata: ${JSON.stringify(message)}\n\nevent: end\ndata: {}\n\n`,
    { headers: { "content-type": "text/event-stream" } },
  );
const refused = () =>
  Response.json({ type: "urn:condrix:problem:core-revoked", title: "Revoked", status: 410 }, { status: 410 });

/** Answers in turn. */
function answers(...all: (() => Response)[]): () => number {
  let asked = 0;
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    return all[asked - 1]?.() ?? Response.error();
  });
  return () => asked;
}

const shown = (session: string) =>
  renderHook(({ rights }) => useSessionFeed("c", session, rights), { initialProps: { rights: "revoked" } });

test("what was refused begins anew when the Core is back, and not before", async () => {
  const asked = answers(refused, history);
  const { result, rerender } = shown("restored");
  await waitFor(() => expect(result.current.standing.state).toBe("ended"));
  rerender({ rights: "revoked" });
  expect(asked()).toBe(1);
  rerender({ rights: "online" });
  await waitFor(() => expect(result.current.conversation.seq).toBe(1));
  expect(asked()).toBe(2);
});

test("what was refused is asked for again when somebody wants it", async () => {
  const asked = answers(refused, history);
  const { result } = shown("wanted");
  await waitFor(() => expect(result.current.standing.state).toBe("ended"));
  act(() => result.current.again());
  await waitFor(() => expect(result.current.conversation.seq).toBe(1));
  expect(asked()).toBe(2);
});
