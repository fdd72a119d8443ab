import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { forkTitle, useFork } from "./use-fork";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));

afterEach(() => {
  cleanup();
  navigate.mockReset();
  vi.unstubAllGlobals();
});

test("a fork is told from its origin, however long that one's title is", () => {
  expect(forkTitle("Sowing in May")).toBe("Sowing in May (fork)");
  const longest = forkTitle("🌱".repeat(200));
  expect([...longest]).toHaveLength(200);
  expect(longest).toMatch(/🌱 \(fork\)$/u);
});

const FORK = "0190f3c2-7b1e-7000-8000-000000000002";
const FORKED = {
  activity: "idle",
  created_at: "2026-01-01T00:00:00Z",
  created_by: { user: "u1", name: "ada" },
  cursor: "1:1",
  id: FORK,
  permission_mode: "default",
  title: "A name (fork)",
  updated_at: "2026-01-01T00:00:00Z",
  visibility: "shared",
  workspace: "w",
};

function forking() {
  let answer = () => {};
  const answered = new Promise<Response>((resolve) => {
    answer = () => resolve(Response.json(FORKED, { status: 201 }));
  });
  vi.stubGlobal("fetch", () => answered);
  const client = new QueryClient();
  const listed = vi.spyOn(client, "invalidateQueries");
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const shown = renderHook(() => useFork("c", { id: "s1", title: "A name" }), { wrapper });
  act(() => shown.result.current.fork());
  return { ...shown, answer, listed };
}

test("whoever waits for a fork is led to it", async () => {
  const { answer } = forking();
  answer();
  await waitFor(() => expect(navigate).toHaveBeenCalledOnce());
  expect(navigate).toHaveBeenCalledWith({
    to: "/cores/$core/sessions/$session",
    params: { core: "c", session: FORK },
  });
});

test("whoever has gone elsewhere meanwhile stays there, and the lists have it all the same", async () => {
  const { answer, unmount, listed } = forking();
  unmount();
  answer();
  await waitFor(() => expect(listed).toHaveBeenCalledOnce());
  await new Promise((resolve) => setTimeout(resolve));
  expect(navigate).not.toHaveBeenCalled();
});
