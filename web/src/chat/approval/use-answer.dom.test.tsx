import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { useAnswer } from "./use-answer";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function answering(response: () => Response) {
  vi.stubGlobal("fetch", async () => response());
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(() => useAnswer("c", "s", "a"), { wrapper });
}

test("what was typed for an answer is done with when it is accepted, even where it is not shown any more", async () => {
  const onAccepted = vi.fn();
  const { result, unmount } = answering(() => Response.json({ decision: "deny" }));
  act(() => result.current.mutate({ reply: { decision: "deny", message: "no" }, onAccepted }));
  unmount();
  await waitFor(() => expect(onAccepted).toHaveBeenCalledOnce());
});

test("an answer that is refused leaves what was typed", async () => {
  const onAccepted = vi.fn();
  const { result } = answering(() =>
    Response.json({ type: "urn:condrix:problem:core-offline", title: "Offline", status: 503 }, { status: 503 }),
  );
  act(() => result.current.mutate({ reply: { decision: "deny", message: "no" }, onAccepted }));
  await waitFor(() => expect(result.current.isError).toBe(true));
  expect(onAccepted).not.toHaveBeenCalled();
});
