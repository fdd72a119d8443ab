import { expect, test } from "vitest";
import { isOff, isUnderWay, standing } from "./status-words";

test("a server that is connected says how many tools it has", () => {
  expect(standing({ status: "connected", tools: ["say"] })).toEqual({ tone: "good", text: "Connected, 1 tool" });
  expect(standing({ status: "connected", tools: [] }).text).toBe("Connected, 0 tools");
});

test("one that does not work says what to do about it", () => {
  for (const status of ["failed", "needs-auth"]) expect(standing({ status, tools: [] }).hint).toBeDefined();
});

test("a state that a newer CLI names is shown as it names it", () => {
  expect(standing({ status: "asleep\u202e", tools: [] })).toEqual({ tone: "plain", text: "asleep" });
});

test("only one that is being connected is asked for soon again, and one that is off can be switched on", () => {
  expect(["pending", "connected", "failed", "disabled"].filter(isUnderWay)).toEqual(["pending"]);
  expect(["pending", "connected", "failed", "disabled"].filter(isOff)).toEqual(["disabled"]);
});
