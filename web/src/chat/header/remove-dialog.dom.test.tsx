import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "@/api/schema";
import { CloseDialog } from "./close-dialog";
import { RemoveDialog } from "./remove-dialog";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));

afterEach(() => {
  cleanup();
  navigate.mockReset();
  vi.unstubAllGlobals();
});

const session: Session = {
  activity: "idle",
  created_at: "2026-01-01T00:00:00Z",
  created_by: { user: "u1", name: "ada" },
  cursor: "1:1",
  id: "s",
  permission_mode: "default",
  title: "A name",
  updated_at: "2026-01-01T00:00:00Z",
  visibility: "shared",
  workspace: "w",
};

function pressed(Dialog: typeof RemoveDialog, button: string) {
  let answer = () => {};
  const answered = new Promise<Response>((resolve) => {
    answer = () => resolve(new Response(null, { status: 204 }));
  });
  vi.stubGlobal("fetch", () => answered);
  const onDone = vi.fn();
  const client = new QueryClient();
  const listed = vi.spyOn(client, "invalidateQueries");
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <Dialog core="c" session={session} open onDone={onDone} />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByText(button));
  return { answer, onDone, listed, unmount };
}

for (const [Dialog, button] of [
  [CloseDialog, "Close it"],
  [RemoveDialog, "Remove it"],
] as const) {
  test(`a dialog stays until "${button}" is answered`, async () => {
    const { onDone } = pressed(Dialog, button);
    await waitFor(() => expect(screen.queryByLabelText("Close")).toBeNull());
    fireEvent.keyDown(screen.getByText(button), { key: "Escape" });
    fireEvent.click(screen.getByText("Cancel"));
    expect(onDone).not.toHaveBeenCalled();
  });
}

test("whoever has removed a session is led to its workspace", async () => {
  const { answer } = pressed(RemoveDialog, "Remove it");
  answer();
  await waitFor(() => expect(navigate).toHaveBeenCalledOnce());
});

test("whoever has gone elsewhere before it was removed stays there", async () => {
  const { answer, listed, unmount } = pressed(RemoveDialog, "Remove it");
  unmount();
  answer();
  await waitFor(() => expect(listed).toHaveBeenCalledOnce());
  await new Promise((resolve) => setTimeout(resolve));
  expect(navigate).not.toHaveBeenCalled();
});
