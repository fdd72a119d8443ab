import { expect, test } from "vitest";
import type { Me } from "@/api/schema";
import { ownerWords, signInSummary } from "./sign-in-words";

const me: Me = { user: "u1", name: "ada", role: "admin", credential: { kind: "login_session", id: "l" } };

test("a plan is said to be mine, somebody else's, or nobody's that is known", () => {
  const plan = { method: "oauth", state: "signed_in", plan: "max", checked_at: "2026-01-01T00:00:00Z" } as const;
  expect(signInSummary({ ...plan, owner: "u1" }, me)).toBe("Signed in with your Max plan");
  expect(signInSummary({ ...plan, owner: "u2" }, me)).toBe("Signed in with somebody else’s Max plan");
  expect(signInSummary(plan, me)).toBe("Signed in with a Max plan");
  expect(ownerWords({ ...plan, owner: "u1" }, me)).toContain("Yours");
  expect(ownerWords(plan, me)).toContain("by hand");
  expect(ownerWords({ ...plan, checked_at: null }, me)).toBe("Not confirmed yet");
});

test("a key is nobody's, and says so when it is refused", () => {
  expect(signInSummary({ method: "api_key", state: "signed_in" }, me)).toContain("API key");
  expect(signInSummary({ method: "api_key", state: "expired" }, me)).toBe("Its API key is refused");
  expect(ownerWords({ method: "console", state: "signed_in" }, me)).toContain("Nobody’s");
});

test("what is signed out says nothing else", () => {
  expect(signInSummary({ method: "none", state: "signed_out" }, me)).toBe("Not signed in to Claude");
});
