import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDrawer } from "./drawer";

let widen: () => void = () => {};

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({
    addEventListener: (_: string, heard: () => void) => {
      widen = heard;
    },
    removeEventListener: () => {},
  }));
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Frame() {
  const { open, toggle, box, button } = useDrawer();
  return (
    <>
      <button ref={button} type="button" onClick={toggle}>
        Open
      </button>
      <div ref={box}>
        <a href="/">Home</a>
      </div>
      <main inert={open}>The page</main>
    </>
  );
}

const opened = () => {
  render(<Frame />);
  const button = screen.getByText("Open");
  button.focus();
  fireEvent.click(button);
  return button;
};

test("the focus goes into the drawer, and Escape closes nothing but it and gives the focus back", () => {
  const heard = vi.fn();
  window.addEventListener("keydown", ({ defaultPrevented }) => heard(defaultPrevented), { once: true });
  const button = opened();
  const home = screen.getByText("Home");
  expect(document.activeElement).toBe(home);
  expect(screen.getByText("The page").hasAttribute("inert")).toBe(true);
  fireEvent.keyDown(home, { key: "Escape" });
  expect(heard).toHaveBeenCalledWith(true);
  expect(screen.getByText("The page").hasAttribute("inert")).toBe(false);
  expect(document.activeElement).toBe(button);
});

test("a screen that becomes wide has no drawer, and its page is not out of reach", async () => {
  opened();
  widen();
  await vi.waitFor(() => expect(screen.getByText("The page").hasAttribute("inert")).toBe(false));
});
