import { expect, test } from "vitest";
import type { ClaudeState, CoreView, Me } from "@/api/schema";
import { warnings } from "./warnings";

const now = new Date("2026-01-01T12:00:00Z");
const me: Me = { user: "u1", name: "ada", role: "admin", credential: { kind: "login_session", id: "l" } };
const mine: ClaudeState = {
  method: "oauth",
  state: "signed_in",
  owner: "u1",
  checked_at: "2026-01-01T11:00:00Z",
  expires_at: "2026-01-01T14:00:00Z",
};
const core: CoreView = {
  id: "c",
  name: "attic",
  labels: {},
  hostname: "host",
  paired_at: "2026-01-01T00:00:00Z",
  epoch: 0,
  link: { status: "online", since: "2026-01-01T00:00:00Z", agent_version: "1.0.0" },
  cli_version: "2.1.0",
  claude: mine,
  working_sessions: 0,
  waiting_approvals: 0,
};
const of = (claude: Partial<ClaudeState>, more: Partial<CoreView> = {}) =>
  warnings({ ...core, ...more }, { ...mine, ...claude }, me, now);
const error = (kind: "network" | "refresh_refused" | "cli_too_old") => ({
  kind,
  detail: "because",
  at: "2026-01-01T11:55:00Z",
});

test("a sign-in that works warns of nothing, however soon its token is refreshed", () => {
  expect(of({})).toEqual([]);
  expect(of({ expires_at: "2026-01-01T12:00:30Z" })).toEqual([]);
});

test("a refresh that fails warns before the token lapses, and louder after", () => {
  const before = of({ last_error: error("network") });
  expect(before).toMatchObject([{ kind: "warn" }]);
  expect(before[0]?.text).toContain("lapses in 2 hours");
  const after = of({ last_error: error("network"), expires_at: "2026-01-01T11:59:00Z" });
  expect(after).toMatchObject([{ kind: "bad" }]);
  expect(after[0]?.text).toContain("sign in again");
});

test("a sign-in that has lapsed says why and what to do", () => {
  const [warning] = of({ state: "expired", last_error: error("refresh_refused") });
  expect(warning?.kind).toBe("bad");
  expect(warning?.text).toMatch(/refresh token.*Sign in again/);
  const [key] = of({ state: "expired", method: "api_key" });
  expect(key?.text).toContain("Put a valid one on the host");
});

test("a CLI that is too old or missing names the command that mends it", () => {
  expect(of({ last_error: error("cli_too_old") })[0]?.text).toContain("core-agent cli update");
  expect(of({}, { cli_version: null })[0]?.text).toContain("core-agent cli install");
  expect(of({}, { cli_version: null, link: { status: "offline", since: "2026-01-01T00:00:00Z" } })).toEqual([]);
});

test("whose a plan is is told where that keeps somebody from working", () => {
  expect(of({ checked_at: null })[0]?.text).toContain("whose sign-in");
  expect(of({ owner: null })[0]?.text).toContain("by hand");
  expect(of({ owner: "u2" })[0]?.text).toContain("somebody else");
});

test("a limit warns while it holds", () => {
  const limit = { window: "five_hour", status: "rejected", said_at: "2026-01-01T11:00:00Z" } as const;
  expect(of({ limits: [{ ...limit, resets_at: "2026-01-01T13:00:00Z" }] })[0]?.text).toContain("anew in 1 hour");
  expect(of({ limits: [{ ...limit, resets_at: "2026-01-01T11:30:00Z" }] })).toEqual([]);
});

test("what the Core says cannot turn the text around", () => {
  const [warning] = of({ state: "expired", last_error: { ...error("network"), detail: "a\u202eb\u0007" } });
  expect(warning?.text).toContain("(a b)");
});
