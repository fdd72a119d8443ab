import { expect, test, vi } from "vitest";
import { followFinger, lines } from "./touch";

test("small movements add up to lines, in either direction", () => {
  expect(lines(0, 10, 16)).toEqual({ whole: 0, left: 0.625 });
  expect(lines(0.625, 10, 16)).toEqual({ whole: 1, left: 0.25 });
  expect(lines(0, -40, 16)).toEqual({ whole: -2, left: -0.5 });
  expect(lines(0.5, 10, 0)).toEqual({ whole: 0, left: 0 });
});

test("what is shown follows one finger, and the page stays where it is", () => {
  const element = document.createElement("div");
  const scroll = vi.fn();
  const away = followFinger(element, () => 10, scroll);
  const touch = (type: string, ...fingers: number[]) => {
    const event = new Event(type, { cancelable: true });
    Object.assign(event, { touches: fingers.map((clientY) => ({ clientY })) });
    element.dispatchEvent(event);
    return event;
  };
  touch("touchstart", 100);
  expect(touch("touchmove", 75).defaultPrevented).toBe(true);
  touch("touchmove", 70);
  expect(scroll.mock.calls).toEqual([[2], [1]]);
  touch("touchstart", 100, 200);
  expect(touch("touchmove", 50, 300).defaultPrevented, "two fingers enlarge the page").toBe(false);
  away();
  touch("touchstart", 100);
  touch("touchmove", 0);
  expect(scroll).toHaveBeenCalledTimes(2);
});
