import { expect, test } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { refusal } from "./refusals";

const said = (slug: string, detail?: string) =>
  refusal(new Problem(403, { type: `urn:condrix:problem:${slug}`, title: "A title", detail }));

test("whoever may not use terminals reads whom they are for", () => {
  expect(said("forbidden").next).toContain("administer");
  expect(said("owner-only").next).toContain("owner");
});

test("what passes by itself is said to, and what does not has a next step", () => {
  for (const slug of ["core-offline", "core-busy", "sign-in-unconfirmed", "too-many-requests"]) {
    expect(said(slug).next, slug).toContain("by itself");
  }
  expect(refusal(new Unreachable()).next).toContain("by itself");
  expect(said("too-many-terminals").next).toContain("Close one");
});

test("a refusal of a newer gateway is told in its own words", () => {
  expect(said("new-thing", "It rains.")).toEqual({ title: "A title", next: "It rains." });
});
