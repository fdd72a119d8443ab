import { expect, test } from "vitest";
import type { CoreView, Me } from "@/api/schema";
import { entrustBlocks, mayEntrust } from "./entrusting";

const core: CoreView = {
  id: "01a2169d-a142-723a-9db7-460427acd296",
  name: "studio",
  labels: {},
  hostname: "host",
  paired_at: "2026-01-01T00:00:00Z",
  epoch: 1,
  link: { status: "online", since: "2026-01-01T00:00:00Z", agent_version: "1" },
  claude: { method: "api_key", state: "signed_in", scopes: [], limits: [] },
  working_sessions: 0,
  waiting_approvals: 0,
};
const ada: Me = {
  user: "01a2169d-a142-723a-9db7-000000000001",
  name: "ada",
  role: "admin",
  credential: { kind: "login_session", id: "01a2169d-a142-723a-9db7-000000000002" },
};
const onPlan = (owner: string): CoreView => ({ ...core, claude: { ...core.claude, method: "oauth", owner } });

test("an administrator entrusts a Core that answers", () => {
  expect(mayEntrust(core, ada)).toBe(true);
  expect(entrustBlocks(core, ada)).toBeUndefined();
  expect(entrustBlocks(onPlan(ada.user), ada)).toBeUndefined();
});

test("a Core on a plan is entrusted by the plan's owner alone", () => {
  const others = onPlan("01a2169d-a142-723a-9db7-000000000009");
  expect(mayEntrust(others, ada)).toBe(false);
  expect(entrustBlocks(others, ada)).toMatch(/plan of somebody else/);
});

test("a Core that is away, revoked or unknown says so", () => {
  const away: CoreView = { ...core, link: { status: "offline", since: "2026-01-01T00:00:00Z" } };
  expect(mayEntrust(away, ada)).toBe(true);
  expect(entrustBlocks(away, ada)).toMatch(/offline/);
  expect(entrustBlocks({ ...core, revoked_at: "2026-01-02T00:00:00Z" }, ada)).toMatch(/revoked/);
  expect(entrustBlocks(undefined, ada)).toMatch(/not there/);
});
