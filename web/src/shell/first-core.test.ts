import { expect, test } from "vitest";
import type { CoreView, Me } from "@/api/schema";
import { begins, firstCore } from "./first-core";

const me: Me = { user: "u1", name: "ada", role: "admin", credential: { kind: "login_session", id: "l" } };

type Change = { online?: boolean; claude?: Partial<CoreView["claude"]>; revoked?: boolean };

const core = (id: string, { online = true, claude = {}, revoked = false }: Change = {}): CoreView => ({
  id,
  name: id,
  labels: {},
  hostname: "h",
  paired_at: "",
  epoch: 1,
  revoked_at: revoked ? "2026-01-01T00:00:00Z" : null,
  link: { status: online ? "online" : "offline", since: "", agent_version: "" },
  claude: { method: "none", state: "signed_out", scopes: [], limits: [], ...claude },
  working_sessions: 0,
  waiting_approvals: 0,
});
const signedIn = { method: "oauth", state: "signed_in", owner: "u1" } as const;

test("whoever begins is led to a Core that can work, else to one that can be signed in", () => {
  const offline = core("offline", { online: false });
  const waits = core("waits");
  const others = core("others", { claude: { ...signedIn, owner: "u2" } });
  const works = core("works", { claude: signedIn });
  const led = (...cores: CoreView[]) => firstCore(cores, me)?.id;
  expect(led()).toBeUndefined();
  expect(led(offline)).toBe("offline");
  expect(led(offline, others, waits)).toBe("waits");
  expect(led(offline, others, waits, works)).toBe("works");
  expect(led(core("gone", { revoked: true }), others)).toBe("others");
});

const asked = (data?: readonly unknown[]) => ({ isPending: data === undefined, data });

test("nobody begins any more where a Core is signed in and has a workspace", () => {
  const works = core("works", { claude: signedIn });
  expect(begins([], [])).toBe(true);
  expect(begins([core("waits")], [])).toBe(true);
  expect(begins([works], [asked([])])).toBe(true);
  expect(begins([works], [asked(["garden"])])).toBe(false);
  expect(begins([core("gone", { claude: signedIn, revoked: true })], [])).toBe(true);
});

test("whether somebody begins is not said before every Core has answered", () => {
  const works = core("works", { claude: signedIn });
  const silent = core("silent", { claude: signedIn });
  expect(begins([works, silent], [asked([]), asked()])).toBe(false);
  expect(begins([works, silent], [asked([]), { isPending: false }])).toBe(false);
  expect(begins([works, silent], [asked([]), asked([])])).toBe(true);
});
