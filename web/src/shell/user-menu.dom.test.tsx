import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Me } from "@/api/schema";

vi.mock("@tanstack/react-router", () => ({ useNavigate: () => () => {} }));

beforeAll(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = () => {};
      unobserve = () => {};
      disconnect = () => {};
    },
  );
});

afterEach(cleanup);

const me: Me = { user: "u", name: "ada", role: "admin", credential: { kind: "login_session", id: "l" } };

test("that logging out did not work is told though the menu has closed", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("network");
  });
  const { UserMenu } = await import("./user-menu");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <UserMenu me={me} />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByRole("menuitem", { name: "Log out" }));
  const told = await screen.findByRole("alert");
  expect(told.textContent).toBe("You are still logged in: The gateway cannot be reached");
  expect(screen.queryByRole("menu")).toBeNull();
});
