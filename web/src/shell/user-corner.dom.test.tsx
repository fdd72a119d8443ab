import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Me } from "@/api/schema";
import { UserCorner } from "./user-corner";

vi.mock("@tanstack/react-router", async (original) => ({
  ...(await original<typeof import("@tanstack/react-router")>()),
  useNavigate: () => () => {},
}));

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

const look = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <UserCorner me={me} />
    </QueryClientProvider>,
  );

test("the first press opens the menu, which gives the focus back when it is left", async () => {
  look();
  const button = screen.getByRole("button", { name: "ada" });
  expect(button.getAttribute("aria-haspopup")).toBe("menu");
  button.focus();
  fireEvent.click(button);
  const item = await screen.findByRole("menuitem", { name: "Log out" });
  fireEvent.keyDown(item, { key: "Escape" });
  await expect.poll(() => screen.queryByRole("menu")).toBeNull();
  await expect.poll(() => document.activeElement).toBe(screen.getByRole("button", { name: "ada" }));
});

test("that logging out did not work is told though the menu has closed", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("network");
  });
  look();
  fireEvent.click(screen.getByRole("button", { name: "ada" }));
  fireEvent.click(await screen.findByRole("menuitem", { name: "Log out" }));
  const told = await screen.findByRole("alert");
  expect(told.textContent).toBe("You are still logged in: The gateway cannot be reached");
  expect(screen.queryByRole("menu")).toBeNull();
});
