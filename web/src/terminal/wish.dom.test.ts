import { beforeEach, expect, test } from "vitest";
import { dropWish, takeWish, wishToType } from "./wish";

const find = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`there is no ${id}`);
  return found;
};

beforeEach(() => {
  dropWish();
  document.body.innerHTML = `
    <textarea id="composer"></textarea><button id="button"></button>
    <aside data-terminals><input id="inside"></aside>`;
});

test("nobody who did nothing for it wants to type in a terminal", () => {
  expect(takeWish()).toBe(false);
});

test("what is wished for is granted once", () => {
  wishToType();
  expect(takeWish()).toBe(true);
  expect(takeWish()).toBe(false);
});

test("whoever has gone into another field meanwhile is left there", () => {
  wishToType();
  find("composer").focus();
  expect(takeWish()).toBe(false);
});

test("whoever types on where they were is left there", () => {
  find("composer").focus();
  wishToType();
  find("composer").dispatchEvent(new Event("input", { bubbles: true }));
  expect(takeWish()).toBe(false);
});

test("whoever has pressed something elsewhere has gone on", () => {
  wishToType();
  find("button").dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(takeWish()).toBe(false);
});

test("a composer that had the focus already, a button that has it back and the panel itself change nothing", () => {
  find("composer").focus();
  wishToType();
  find("button").focus();
  find("inside").focus();
  find("inside").dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(takeWish()).toBe(true);
});
