import { expect, test } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { trouble } from "./sign-in-trouble";

const of = (slug: string, handing: boolean, detail?: string) =>
  trouble(new Problem(409, { type: `urn:condrix:problem:${slug}`, title: "Title", detail }), handing);

test("a code that does not fit may be corrected, one that was tried may not", () => {
  expect(of("sign-in-malformed", true, "the part after # is missing").text).toContain("the part after # is missing");
  expect(of("sign-in-malformed", true).next).toBe("correct");
  expect(of("sign-in-wrong-state", true).next).toBe("correct");
  for (const slug of [
    "sign-in-wrong-code",
    "sign-in-network",
    "sign-in-lapsed",
    "sign-in-superseded",
    "sign-in-failed",
  ]) {
    expect(of(slug, true).next, slug).toBe("begin");
    expect(of(slug, true).text, slug).toMatch(/[Bb]egin again/);
  }
});

test("what no repetition changes offers none", () => {
  for (const slug of ["owner-only", "api-key-configured", "core-revoked"])
    expect(of(slug, false).next, slug).toBe("stop");
});

test("a code whose fate is not known may be sent again", () => {
  expect(trouble(new Unreachable(), true).next).toBe("resend");
  for (const slug of ["core-offline", "core-unresponsive", "unauthenticated", "something-new"]) {
    expect(of(slug, true).next, slug).toBe("resend");
    expect(of(slug, false).next, slug).toBe("begin");
  }
  expect(of("conflict", true).next).toBe("watch");
});

test("what is wrong with the CLI names the command that mends it", () => {
  expect(of("cli-too-old", false).text).toContain("core-agent cli update");
  expect(of("claude-unavailable", false).text).toContain("core-agent cli install");
});
