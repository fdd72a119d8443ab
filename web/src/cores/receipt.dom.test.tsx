import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Receipt as Told } from "@/api/schema";
import { Receipt } from "./receipt";

afterEach(cleanup);

const receipt: Told = {
  core: "c",
  name: "attic",
  epoch: 3,
  revoked_at: "2026-01-01T12:00:00Z",
  streams_cut: 4,
  cut_ms: 3.4,
  agent: {
    status: "confirmed",
    method: "none",
    turns_ended: 1,
    processes_ended: 2,
    terminals_ended: 0,
    unfinished: 0,
    sign_out: "revoked",
  },
};
const text = (told: Told) => render(<Receipt receipt={told} />).container.textContent ?? "";

test("a receipt says what was cut and what the Core confirmed", () => {
  const said = text(receipt);
  expect(said).toContain("4 requests and streams ended within 3 ms");
  expect(said).toContain("1 turn, 2 processes of the CLI, 0 terminals");
  expect(said).toContain("Claude was told");
  expect(said).toContain("Nothing is known to remain");
  expect(screen.queryByRole("link")).toBeNull();
});

test("what remains is told in full, with where to end it at the vendor", () => {
  const remaining = "The Core's API key remains on its host and stays valid.";
  const agent = { ...receipt.agent, status: "confirmed", method: "api_key", unfinished: 1, sign_out: null } as const;
  const said = text({
    ...receipt,
    agent: { ...agent, turns_ended: 0, processes_ended: 0, terminals_ended: 0 },
    remaining,
  });
  expect(said).toContain(remaining);
  expect(said).toContain("1 session was told to end");
  expect(said).toContain("Nothing was in progress");
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    "https://platform.claude.com/settings/keys",
  ]);
});

test("a Core that could not be reached is not said to have confirmed anything", () => {
  const offline = text({ ...receipt, streams_cut: 0, agent: { status: "offline" }, remaining: "Whatever remains." });
  expect(offline).toContain("could not be reached");
  expect(offline).not.toContain("confirmed");
  expect(screen.getAllByRole("link")).toHaveLength(2);
  cleanup();
  expect(text({ ...receipt, agent: { status: "unconfirmed" } })).toContain("did not confirm in time");
});
