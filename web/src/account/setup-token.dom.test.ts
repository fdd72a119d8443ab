import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { tokenOf, useSetupToken } from "./setup-token";

afterEach(cleanup);

test("a link's token comes before the one that was kept", () => {
  expect(tokenOf("#token=new", { setUp: "old" })).toBe("new");
  expect(tokenOf("", { setUp: "old" })).toBe("old");
  expect(tokenOf("#", { setUp: "old" })).toBe("old");
});

test("a link without its token is none", () => {
  expect(tokenOf("#toke", { setUp: "old" })).toBe("");
  expect(tokenOf("", null)).toBe("");
});

test("the token goes from the address, outlives loading it again, and another link is taken", () => {
  history.replaceState({ key: 1 }, "", "/setup#token=one");
  const onAnother = vi.fn();
  const first = renderHook(() => useSetupToken(onAnother));
  expect(first.result.current).toBe("one");
  expect(location.href).not.toContain("one");
  expect(history.state).toMatchObject({ key: 1 });
  first.unmount();
  const again = renderHook(() => useSetupToken(onAnother));
  expect(again.result.current).toBe("one");
  expect(onAnother).not.toHaveBeenCalled();
  history.replaceState(null, "", "/setup#token=two");
  act(() => void window.dispatchEvent(new HashChangeEvent("hashchange")));
  expect(again.result.current).toBe("two");
  expect(location.href).not.toContain("two");
  expect(onAnother).toHaveBeenCalledOnce();
});
