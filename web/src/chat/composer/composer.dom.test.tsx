import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Composer } from "./composer";
import { Drafts } from "./drafts";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a message waits for the picture that is being read, and that is said", () => {
  const draft = Drafts.of("c", "s");
  draft.write("Look at this");
  const pictures = { add: vi.fn(async () => {}), remove: () => {}, reading: true, refused: [], forget: () => {} };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Composer
        core="c"
        session="s"
        pictures={pictures}
        blocked={undefined}
        said={false}
        working={false}
        interrupting={false}
        onInterrupt={() => {}}
      />
    </QueryClientProvider>,
  );
  fireEvent.keyDown(screen.getByLabelText("Message"), { key: "Enter" });
  expect(draft.current().text).toBe("Look at this");
  expect(screen.getByLabelText("Send")).toHaveProperty("disabled", true);
  expect(screen.getByRole("status").textContent).toMatch(/^A picture is being read/);
});
