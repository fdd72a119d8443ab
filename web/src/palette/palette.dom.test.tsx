import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const navigate = vi.fn();
let role = "admin";
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));
vi.mock("@/shell/use-me", () => ({ useMe: () => ({ user: "u", name: "ada", role }) }));
vi.mock("@/cores/queries", () => ({ coresQuery: { queryKey: ["cores"], queryFn: () => [] } }));

beforeEach(() => {
  navigate.mockClear();
  localStorage.clear();
  Element.prototype.scrollIntoView = () => {};
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

async function open() {
  const { Palette } = await import("./palette");
  const onClose = vi.fn();
  const client = new QueryClient();
  const shown = render(
    <QueryClientProvider client={client}>
      <Palette onClose={onClose} />
    </QueryClientProvider>,
  );
  return { onClose, close: shown.unmount };
}

const chosen = () => screen.getByRole("option", { selected: true }).textContent ?? "";

async function choose(typed: string) {
  const field = screen.getByRole("combobox");
  fireEvent.change(field, { target: { value: typed } });
  await waitFor(() => expect(chosen().toLowerCase()).toContain(typed));
  fireEvent.keyDown(field, { key: "Enter" });
}

test.each([
  ["start page", { to: "/" }],
  ["appearance", { to: "/settings/appearance" }],
  ["add a core", { to: "/settings/cores", search: { add: true } }],
])("by its name and Enter: %s", async (typed, place) => {
  const { onClose } = await open();
  await choose(typed);
  expect(navigate).toHaveBeenCalledWith(place);
  expect(onClose).toHaveBeenCalledOnce();
});

test("whoever may add no Core is not offered it", async () => {
  role = "member";
  await open();
  expect(screen.queryByRole("option", { name: "Add a Core" })).toBeNull();
  expect(screen.getByRole("option", { name: "Log out" })).toBeTruthy();
});

test("that logging out did not work is told where it was chosen", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("network");
  });
  const { onClose } = await open();
  await choose("log out");
  expect((await screen.findByRole("alert")).textContent).toContain("You are still logged in: ");
  expect(onClose).not.toHaveBeenCalled();
});

test("the panel of the terminals is opened once the focus is back where it was", async () => {
  const field = document.body.appendChild(document.createElement("textarea"));
  field.focus();
  const { takeWish } = await import("@/terminal/wish");
  const { onClose, close } = await open();
  await choose("terminal");
  expect(onClose).toHaveBeenCalledOnce();
  close();
  await waitFor(() => expect(localStorage.getItem("condrix.panel")).toBe("open"));
  expect(document.activeElement).toBe(field);
  expect(takeWish()).toBe(true);
  field.remove();
});
