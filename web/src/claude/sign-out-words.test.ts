import { expect, test } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { endedWords, outcomeWords, signOutTrouble } from "./sign-out-words";

test("what remains valid somewhere is said, with the place to end it", () => {
  expect(outcomeWords("revoked")).toMatchObject({ kind: "good" });
  expect(outcomeWords("deleted_locally").link?.href).toMatch(/^https:\/\/claude\.ai\//);
  for (const outcome of ["key_deleted", "api_key_remains"] as const) {
    expect(outcomeWords(outcome)).toMatchObject({ kind: "warn" });
    expect(outcomeWords(outcome).link?.href).toMatch(/^https:\/\/platform\.claude\.com\//);
  }
  expect(outcomeWords("failed").kind).toBe("bad");
});

test("what was ended in terminals is counted", () => {
  expect(endedWords({ outcome: "revoked", terminal_processes_ended: 0 })).toBeUndefined();
  expect(endedWords({ outcome: "revoked", terminal_processes_ended: 1 })).toContain("One process");
  expect(endedWords({ outcome: "revoked", terminal_processes_ended: 3 })).toContain("3 processes");
});

test("a sign-out whose end is not known is not called one", () => {
  expect(signOutTrouble(new Unreachable())).toContain("Whether");
  expect(signOutTrouble(new Problem(503, { type: "urn:condrix:problem:core-offline" }))).toContain("offline");
});
