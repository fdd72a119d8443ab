import { expect, test } from "vitest";
import type { CoreView } from "@/api/schema";
import { arrived, gatewayOf } from "./pairing";

const token = (body: unknown) =>
  `cxp1_${btoa(JSON.stringify(body)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
const core = (id: string, name: string): CoreView => ({
  id,
  name,
  labels: {},
  hostname: "host",
  paired_at: "2026-01-01T00:00:00Z",
  epoch: 0,
  link: { status: "offline", since: "2026-01-01T00:00:00Z" },
  claude: { method: "none", state: "signed_out" },
  working_sessions: 0,
  waiting_approvals: 0,
});

test("a token names the gateway that it is for", () => {
  expect(gatewayOf(token({ g: "https://gateway.example:8443/", f: "00", s: "x" }))).toBe(
    "https://gateway.example:8443",
  );
});

test("what is no token names none", () => {
  for (const text of ["", "cxp1_", "cxp1_%%", "cxp2_e30", token({}), token({ g: 7 }), token({ g: "http://a/" })]) {
    expect(gatewayOf(text), text).toBeUndefined();
  }
});

test("the Core that has come is told from those that were there", () => {
  const cores = [core("1", "studio"), core("2", "loft"), core("3", "attic-2")];
  expect(arrived(cores, new Set(["1"]), undefined)?.id).toBe("2");
  expect(arrived(cores, new Set(["1"]), "loft")?.id).toBe("2");
  expect(arrived(cores, new Set(["1"]), "attic")?.id).toBe("3");
  expect(arrived(cores, new Set(["1", "2", "3"]), undefined)).toBeUndefined();
  expect(arrived(cores, new Set(["1"]), "cellar")).toBeUndefined();
});
