import { expect, test } from "vitest";
import { streamsAtOnce } from "./connections";

const spoken = (...protocols: string[]) =>
  streamsAtOnce(protocols.map((nextHopProtocol) => ({ name: "x", nextHopProtocol })));

test("over connections that take one request at a time hardly any stay open", () => {
  expect(spoken("http/1.1")).toBeLessThan(3);
  expect(spoken("http/1.1", "")).toBeLessThan(3);
});

test("over one that takes many, many do", () => {
  expect(spoken("h2")).toBeGreaterThan(20);
  expect(spoken("http/1.1", "h2")).toBeGreaterThan(20);
  expect(spoken()).toBeGreaterThan(20);
});
