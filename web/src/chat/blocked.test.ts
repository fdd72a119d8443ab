import { expect, test } from "vitest";
import type { CoreView, Me, Session } from "@/api/schema";
import { coreBlocks, messageBlocks } from "./blocked";

const me: Me = { user: "u1", name: "ada", role: "admin", credential: { kind: "login_session", id: "l" } };
type Change = { link?: "online" | "offline"; revoked?: boolean; claude?: Partial<CoreView["claude"]> };

const core = ({ link = "online", revoked = false, claude = {} }: Change = {}): CoreView => ({
  id: "c",
  name: "c",
  labels: {},
  hostname: "h",
  paired_at: "",
  epoch: 1,
  revoked_at: revoked ? "2026-01-01T00:00:00Z" : null,
  link: { status: link, since: "", agent_version: "" },
  claude: { method: "api_key", state: "signed_in", scopes: [], limits: [], ...claude },
  working_sessions: 0,
  waiting_approvals: 0,
});
const session: Pick<Session, "closed_at" | "visibility" | "created_by"> & { archived: boolean } = {
  visibility: "shared",
  created_by: { user: "u1", name: "ada" },
  archived: false,
};

test("nothing stands in the way of a session of a Core that is signed in", () => {
  expect(coreBlocks(core(), me)).toBeUndefined();
  expect(messageBlocks(core(), session, me)).toBeUndefined();
});

test.each([
  ["offline", core({ link: "offline" }), session, /offline.*kept/],
  ["revoked", core({ revoked: true }), session, /revoked/],
  ["another's plan", core({ claude: { method: "oauth", owner: "u2" } }), session, /somebody else/],
  ["not signed in", core({ claude: { method: "none", state: "signed_out" } }), session, /not signed in.*kept/],
  ["lapsed", core({ claude: { state: "expired" } }), session, /lapsed/],
  ["archived", core(), { ...session, archived: true }, /archive/],
  ["closed", core(), { ...session, closed_at: "2026-01-01T00:00:00Z" }, /closed/],
  [
    "private",
    core(),
    { ...session, visibility: "private" as const, created_by: { user: "u2", name: "bob" } },
    /private/,
  ],
  ["gone", undefined, session, /not there/],
])("why nothing can be said is told: %s", (_, core, session, words) => {
  expect(messageBlocks(core, session, me)).toMatch(words);
});

test("the owner of a plan works with it", () => {
  expect(messageBlocks(core({ claude: { method: "oauth", owner: "u1" } }), session, me)).toBeUndefined();
});
