import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Terminal } from "@/api/schema";
import { CoreTerminals } from "./core-terminals";
import { keepLooksOn } from "./looks-on";
import { noteRoom } from "./room";
import { dropWish, takeWish } from "./wish";

vi.mock("./terminal-view", () => ({
  TerminalView: ({ terminal, looksOn }: { terminal: Terminal; looksOn: boolean }) => (
    <p>
      {terminal.name} {looksOn ? "looks on" : "types"}
    </p>
  ),
}));

vi.mock("./queries", async (original) => ({
  ...(await original<typeof import("./queries")>()),
  terminalsQuery: (core: string) => ({ queryKey: ["cores", core, "terminals"], queryFn: () => there }),
}));

const ID = { one: 1, two: 2, three: 3 } as const;
const idOf = (name: keyof typeof ID) => `00000000-0000-4000-8000-00000000000${ID[name]}`;
const terminal = (name: keyof typeof ID, more: Partial<Terminal> = {}): Terminal => ({
  id: idOf(name),
  name,
  size: { rows: 24, columns: 80 },
  created_by: { user: "u", name: "ada" },
  created_at: "2026-01-01T00:00:00Z",
  recorded: false,
  writers: 0,
  observers: 0,
  ...more,
});

let there: Terminal[];
let asked: { method: string; body: string }[];
let closing: () => Response;

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  dropWish();
  there = [terminal("one"), terminal("two")];
  asked = [];
  closing = () => new Response(null, { status: 204 });
  Element.prototype.scrollIntoView = () => {};
  vi.stubGlobal("fetch", async (request: Request) => {
    const { method } = request;
    asked.push({ method, body: await request.text() });
    if (method === "DELETE") return closing();
    there = [...there, terminal("three")];
    return Response.json(terminal("three"), { status: 201 });
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function look() {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <aside data-terminals>
        <CoreTerminals core="studio" workspace={undefined} picker={null} leave={null} />
      </aside>
    </QueryClientProvider>,
  );
  await screen.findByRole("tab", { name: /two/ });
}

test("whoever turns to a tab or makes a terminal wants to type there, and whoever comes to the page does not", async () => {
  await look();
  expect(takeWish()).toBe(false);
  fireEvent.mouseDown(screen.getByRole("tab", { name: "one" }), { button: 0 });
  expect(takeWish()).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "New terminal" }));
  await screen.findByText("three types");
  expect(takeWish()).toBe(true);
});

test("at a terminal where somebody only looked on they look on again", async () => {
  keepLooksOn("studio", idOf("two"), true);
  await look();
  expect(screen.getByText("two looks on")).toBeTruthy();
});

test("a new terminal has the size of the room for it, where that is known", async () => {
  const made = () => JSON.parse(asked.findLast(({ method }) => method === "POST")?.body ?? "");
  await look();
  fireEvent.click(screen.getByRole("button", { name: "New terminal" }));
  await screen.findByText("three types");
  expect(made()).toEqual({});
  noteRoom({ width: 0, height: 0, letters: 13 }, { rows: 48, columns: 66 });
  fireEvent.click(screen.getByRole("button", { name: "New terminal" }));
  await waitFor(() => expect(made()).toEqual({ size: { rows: 48, columns: 66 } }));
});

test("an ended terminal that is not closed says so, and one that somebody else has closed is closed", async () => {
  there = [terminal("one"), terminal("two", { exited: { code: 0, signal: null } })];
  closing = () =>
    Response.json({ type: "urn:condrix:problem:core-busy", title: "The Core does not keep up" }, { status: 503 });
  await look();
  fireEvent.keyDown(screen.getByRole("tab", { name: /two/ }), { key: "Delete" });
  const told = await screen.findByRole("alert");
  expect(told.textContent).toContain("“two” is not closed: The Core does not keep up");
  closing = () =>
    Response.json({ type: "urn:condrix:problem:not-found", title: "There is no such thing" }, { status: 404 });
  there = [terminal("one")];
  fireEvent.keyDown(screen.getByRole("tab", { name: /two/ }), { key: "Delete" });
  await waitFor(() => expect(screen.queryByRole("tab", { name: /two/ })).toBeNull());
  expect(screen.queryByRole("alert")).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("tab", { name: "one" })));
});
