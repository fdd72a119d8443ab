import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Dialog } from "./dialog";

afterEach(cleanup);

const shown = (held: boolean) => {
  const change = vi.fn();
  render(
    <Dialog open held={held} onOpenChange={change} title="A token" description="Shown once">
      <button type="button">I have kept it</button>
    </Dialog>,
  );
  fireEvent.keyDown(screen.getByText("I have kept it"), { key: "Escape" });
  return change;
};

test("Escape closes a dialog", () => {
  expect(shown(false)).toHaveBeenCalledWith(false);
  expect(screen.queryByLabelText("Close")).not.toBeNull();
});

test("one that is held is closed by its own buttons only", () => {
  expect(shown(true)).not.toHaveBeenCalled();
  expect(screen.queryByLabelText("Close")).toBeNull();
});
