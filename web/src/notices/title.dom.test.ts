import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { usePageTitle, useWaitingInTitle } from "./title";

afterEach(cleanup);

const on = (title?: string) => renderHook(({ title }) => usePageTitle(title), { initialProps: { title } });

test("the tab says which page it is, and Condrix alone where that says nothing more", () => {
  const { rerender, unmount } = on("Sowing in May");
  expect(document.title).toBe("Sowing in May · Condrix");
  rerender({ title: "Reaping" });
  expect(document.title).toBe("Reaping · Condrix");
  rerender({ title: undefined });
  expect(document.title).toBe("Condrix");
  rerender({ title: "Reaping" });
  unmount();
  expect(document.title).toBe("Condrix");
});

test("what waits is counted before it, whatever page it is", () => {
  const { unmount } = renderHook(() => useWaitingInTitle(2));
  on("Sowing in May");
  expect(document.title).toBe("(2) Sowing in May · Condrix");
  unmount();
  renderHook(() => useWaitingInTitle(0));
  expect(document.title).toBe("Sowing in May · Condrix");
});

test("a name from elsewhere is one short line in it", () => {
  on(`a\u202eb\n${"c".repeat(200)}`);
  expect(document.title).toMatch(/^a b c+… · Condrix$/);
  expect([...document.title]).toHaveLength(80 + " · Condrix".length);
});
