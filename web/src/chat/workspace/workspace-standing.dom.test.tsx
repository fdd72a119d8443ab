import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { WorkspaceStanding } from "./workspace-standing";

const router = { latestLocation: { pathname: "" }, navigate: vi.fn(async () => {}) };
vi.mock("@tanstack/react-router", () => ({ useRouter: () => router }));

afterEach(() => {
  cleanup();
  router.navigate.mockClear();
  vi.unstubAllGlobals();
});

/** Stops a clone. By the time that is answered the list has forgotten it, and whoever stopped it is at some place. */
async function stopped(place: string) {
  router.latestLocation.pathname = "/cores/c/workspaces/garden";
  let answer = () => {};
  const answered = new Promise<Response>((resolve) => {
    answer = () => resolve(new Response(null, { status: 204 }));
  });
  vi.stubGlobal("fetch", () => answered);
  const client = new QueryClient();
  const listed = vi.spyOn(client, "invalidateQueries");
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <WorkspaceStanding core="c" workspace={{ name: "garden", state: "cloning", phase: "receiving", percent: 5 }} />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByText("Stop"));
  await waitFor(() => expect(screen.getByText("Stop")).toHaveProperty("disabled", true));
  unmount();
  router.latestLocation.pathname = place;
  answer();
  await waitFor(() => expect(listed).toHaveBeenCalledOnce());
}

test("from the page of a workspace that is gone the way leads to its Core", async () => {
  await stopped("/cores/c/workspaces/garden");
  expect(router.navigate).toHaveBeenCalledOnce();
});

test("whoever has gone elsewhere meanwhile stays there", async () => {
  await stopped("/inbox");
  expect(router.navigate).not.toHaveBeenCalled();
});
