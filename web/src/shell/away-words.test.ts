import { expect, test } from "vitest";
import { awayWords } from "./away-words";

test("what is typed into a terminal is not said to be kept", () => {
  expect(awayWords(false, true)).toMatch(/^You are offline\..* terminals take no keys/);
  expect(awayWords(true, true)).toMatch(/^The gateway cannot be reached\..* terminals take no keys/);
});

test("where there is no terminal none is spoken of", () => {
  expect(awayWords(true, false)).not.toMatch(/terminal/);
  expect(awayWords(true, false)).toMatch(/Messages you write are kept\./);
});
