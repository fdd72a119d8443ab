import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { NewWorkspaceDialog } from "./new-workspace-dialog";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));

afterEach(() => {
  cleanup();
  navigate.mockReset();
  sessionStorage.clear();
  localStorage.clear();
  vi.unstubAllGlobals();
});

const core: CoreView = {
  id: "c",
  name: "studio",
  labels: {},
  hostname: "host",
  paired_at: "2026-01-01T00:00:00Z",
  epoch: 1,
  link: { status: "online", since: "2026-01-01T00:00:00Z", agent_version: "1" },
  claude: { method: "api_key", state: "signed_in", scopes: [], limits: [] },
  working_sessions: 0,
  waiting_approvals: 0,
};

function making() {
  let answer = () => {};
  const answered = new Promise<Response>((resolve) => {
    answer = () => resolve(Response.json({ name: "garden", state: "ready" }, { status: 201 }));
  });
  vi.stubGlobal("fetch", () => answered);
  const onClose = vi.fn();
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(workspacesQuery(core.id).queryKey, []);
  const listed = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <NewWorkspaceDialog core={core} onClose={onClose} />
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "garden" } });
  fireEvent.click(screen.getByText("Make it"));
  return { answer, onClose, listed, unmount };
}

test("whoever waits for a workspace is led to it", async () => {
  const { answer, onClose } = making();
  answer();
  await waitFor(() => expect(navigate).toHaveBeenCalledOnce());
  expect(onClose).toHaveBeenCalledOnce();
  expect(sessionStorage).toHaveLength(0);
});

test("whoever has closed the dialog meanwhile stays where they are, and the list has it all the same", async () => {
  const { answer, listed, unmount } = making();
  unmount();
  answer();
  await waitFor(() => expect(listed).toHaveBeenCalledOnce());
  await waitFor(() => expect(sessionStorage).toHaveLength(0));
  await new Promise((resolve) => setTimeout(resolve));
  expect(navigate).not.toHaveBeenCalled();
});
