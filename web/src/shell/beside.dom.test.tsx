import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { beside } from "./beside";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const Greeting = ({ name }: { name: string }) => <p>Hello, {name}</p>;

test("what stands in for a part gives way to it", async () => {
  const Part = beside(async () => Greeting, { until: ({ name }) => <p>{name} comes</p> });
  render(<Part name="ada" />);
  expect(screen.queryByText("ada comes")).not.toBeNull();
  await screen.findByText("Hello, ada");
});

test("a part that could not be had is tried again when it is asked for", async () => {
  vi.stubGlobal("fetch", async () => Response.error());
  // A boundary that catches says so in the console.
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  let tries = 0;
  const load = async () => {
    tries += 1;
    if (tries === 1) throw new TypeError("Failed to fetch dynamically imported module");
    return Greeting;
  };
  const Part = beside(load, {
    broken: ({ name }, again) => (
      <button type="button" onClick={again}>
        Again for {name}
      </button>
    ),
  });
  render(<Part name="ada" />);
  fireEvent.click(await screen.findByText("Again for ada"));
  await screen.findByText("Hello, ada");
  expect(tries).toBe(2);
});
