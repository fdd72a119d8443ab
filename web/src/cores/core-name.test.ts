import { expect, test } from "vitest";
import { canWriteLabels, isCoreName, readLabels, writeLabels } from "./core-name";

test("a Core's name is what the gateway takes for one", () => {
  for (const name of ["attic", "build-host.2", "A_b", "x".repeat(63)]) expect(isCoreName(name), name).toBe(true);
  for (const name of ["", "-a", ".a", "a b", "a/b", "ä", "x".repeat(64)]) expect(isCoreName(name), name).toBe(false);
});

test("labels are read as they are written", () => {
  const labels = { team: "red", gpu: "", site: "a=b" };
  expect(readLabels("team=red, gpu\nsite = a=b,")).toEqual({ labels });
  expect(readLabels(writeLabels(labels))).toEqual({ labels });
  expect(readLabels(" ")).toEqual({ labels: {} });
});

test("a label that the gateway would refuse is refused here", () => {
  expect(readLabels("a b=c")).toHaveProperty("error");
  expect(readLabels("a=1,a=2")).toHaveProperty("error");
  expect(readLabels(`a=${"x".repeat(129)}`)).toHaveProperty("error");
  expect(readLabels(Array.from({ length: 17 }, (_, at) => `k${at}`).join(","))).toHaveProperty("error");
  expect(readLabels("constructor=1")).toEqual({ labels: { constructor: "1" } });
});

test("a value that could not be read back is not offered for editing", () => {
  expect(canWriteLabels({ site: "a, b" })).toBe(false);
  expect(canWriteLabels({ site: "a b" })).toBe(true);
});
