import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { useStrayFiles } from "./stray-files";

afterEach(cleanup);

/** Something is dragged over the page, or dropped on it. */
function dragged(kind: "dragover" | "drop", types: string[], taken = false) {
  const dataTransfer = { types, dropEffect: "copy" };
  const event = Object.assign(new Event(kind, { bubbles: true, cancelable: true }), { dataTransfer });
  if (taken) document.body.addEventListener(kind, (event) => event.preventDefault(), { once: true });
  document.body.dispatchEvent(event);
  return { kept: event.defaultPrevented, effect: dataTransfer.dropEffect };
}

test("a file that is dropped beside everything does not take the page away", () => {
  renderHook(() => useStrayFiles());
  expect(dragged("dragover", ["Files"])).toEqual({ kept: true, effect: "none" });
  expect(dragged("drop", ["Files"]).kept).toBe(true);
});

test("what somebody takes is left to them, and text goes where text goes", () => {
  renderHook(() => useStrayFiles());
  expect(dragged("dragover", ["Files"], true).effect).toBe("copy");
  expect(dragged("dragover", ["text/plain"])).toEqual({ kept: false, effect: "copy" });
});

test("it ends with the page that asked for it", () => {
  renderHook(() => useStrayFiles()).unmount();
  expect(dragged("drop", ["Files"]).kept).toBe(false);
});
