import { expect, test } from "vitest";
import { company, ending, terminalName } from "./naming";

test("a terminal is called by its name, what runs in it, or where it began", () => {
  expect(terminalName({ name: "build", title: "vi", workspace: "site" })).toBe("build");
  expect(terminalName({ name: null, title: "vi", workspace: "site" })).toBe("vi");
  expect(terminalName({ name: null, title: " \u202e", workspace: "site" })).toBe("site");
  expect(terminalName({})).toBe("Shell");
});

test("it is said how a shell ended", () => {
  expect(ending({ code: 0 })).toBe("Ended");
  expect(ending({ code: 3, signal: null })).toBe("Ended with code 3");
  expect(ending({ code: null, signal: 9 })).toBe("Ended by signal 9");
});

test("who else is there is said without this page itself", () => {
  expect(company({ writers: 1, observers: 0 }, "writer")).toBe("");
  expect(company({ writers: 2, observers: 3 }, "writer")).toBe("1 other types, 3 look on");
  expect(company({ writers: 2, observers: 1 }, "observer")).toBe("2 others type");
  expect(company({ writers: 0, observers: 1 })).toBe("1 looks on");
});
