import { afterEach, expect, test, vi } from "vitest";
import { iAm } from "@/account/mine";
import { answer, api, onLoggedOut } from "./client";
import { isProblem, Problem, Unreachable, words } from "./problem";

const answers = (response: Response | Error) =>
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => (response instanceof Error ? Promise.reject(response) : response)),
  );

afterEach(() => {
  vi.unstubAllGlobals();
  onLoggedOut(() => {});
});

function problem(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

test("an answer is what the body says", async () => {
  answers(Response.json({ user: "u", name: "ada" }));
  expect(await answer(api.GET("/api/v1/me"))).toEqual({ user: "u", name: "ada" });
});

test("a refusal is a problem with its words, and says when to come back", async () => {
  const body = {
    type: "urn:condrix:problem:too-many-requests",
    title: "Too many requests",
    status: 429,
    detail: "wait",
  };
  answers(problem(429, body, { "retry-after": "7" }));
  const error = await api.GET("/api/v1/me").catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  expect(isProblem(error, "too-many-requests") && error.retryAfter).toBe(7);
  expect(words(error)).toBe("Too many requests: wait");
});

test("whoever is no longer logged in is told once for all", async () => {
  const told = vi.fn();
  onLoggedOut(told);
  answers(problem(401, { type: "urn:condrix:problem:bad-credentials", title: "no", status: 401 }));
  await api.GET("/api/v1/me").catch(() => {});
  expect(told).not.toHaveBeenCalled();
  answers(problem(401, { type: "urn:condrix:problem:unauthenticated", title: "Log in first", status: 401 }));
  await api.GET("/api/v1/me").catch(() => {});
  expect(told).toHaveBeenCalledOnce();
});

test("a Core that says so ends nobody's login", async () => {
  const told = vi.fn();
  onLoggedOut(told);
  const refused = () =>
    problem(401, { type: "urn:condrix:problem:unauthenticated", title: "Log in first", status: 401 });
  vi.stubGlobal(
    "fetch",
    vi.fn(async (asked: Request | string) => (typeof asked === "string" ? Response.json({ user: "u" }) : refused())),
  );
  await api.GET("/api/v1/cores/{core}/workspaces", { params: { path: { core: "c" } } }).catch(() => {});
  expect(told).not.toHaveBeenCalled();
});

test("silence is told from a refusal, and an answer that is no JSON is still one", async () => {
  answers(new TypeError("network"));
  await expect(api.GET("/api/v1/me")).rejects.toBeInstanceOf(Unreachable);
  answers(new Response("<html>bad gateway</html>", { status: 502 }));
  await expect(api.GET("/api/v1/me")).rejects.toMatchObject({ slug: "unknown", status: 502 });
});

test("what changes something says whose page it is once that is known, and nothing else does", async () => {
  const said: (string | null)[] = [];
  vi.stubGlobal("fetch", async (asked: Request) => {
    said.push(asked.headers.get("condrix-expected-user"));
    return Response.json({});
  });
  await api.POST("/api/v1/logout");
  iAm("ada");
  await api.POST("/api/v1/logout");
  await api.GET("/api/v1/me");
  await api.POST("/api/v1/login", { body: { name: "ben", password: "p" } });
  expect(said).toEqual([null, "ada", null, null]);
});

test("what is not answered in time is as if nobody were there, and whoever asked may still give it up", async () => {
  vi.stubGlobal(
    "fetch",
    (_: Request, { signal }: RequestInit) =>
      new Promise((_, refuse) => signal?.addEventListener("abort", () => refuse(signal.reason))),
  );
  const limits: [number, AbortController][] = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
    const limit = new AbortController();
    limits.push([milliseconds, limit]);
    return limit.signal;
  });
  const asked = answer(api.GET("/api/v1/me"));
  const path = { params: { path: { core: "c" } } };
  const given = new AbortController();
  const long = answer(api.POST("/api/v1/cores/{core}/claude/sign-out", { ...path, signal: given.signal }));
  await vi.waitFor(() => expect(limits.map(([time]) => time)).toEqual([30_000, 180_000]));
  limits[0]?.[1].abort(new DOMException("late", "TimeoutError"));
  given.abort(new DOMException("given up", "AbortError"));
  await expect(asked).rejects.toBeInstanceOf(Unreachable);
  await expect(asked).rejects.toThrow("The gateway has not answered in time");
  await expect(long).rejects.toMatchObject({ name: "AbortError" });
  vi.restoreAllMocks();
});

test("nothing is sent from a page once somebody else has logged in beside it, and the page ends", async () => {
  const assign = vi.fn();
  vi.stubGlobal("location", { assign });
  const refused = () => problem(409, { type: "urn:condrix:problem:another-user", title: "no", status: 409 });
  let now = "ada";
  const sent = vi.fn(async (asked: Request | string) =>
    typeof asked === "string" ? Response.json({ user: now }) : refused(),
  );
  vi.stubGlobal("fetch", sent);
  iAm("ada");
  // A Core that says so makes nobody somebody else.
  await expect(api.POST("/api/v1/logout")).rejects.toMatchObject({ slug: "another-user" });
  expect(assign).not.toHaveBeenCalled();
  now = "ben";
  await expect(api.POST("/api/v1/logout")).rejects.toMatchObject({ slug: "another-user" });
  expect(assign.mock.calls).toEqual([["/"]]);
  const before = sent.mock.calls.length;
  void api.POST("/api/v1/logout");
  await Promise.resolve();
  expect(sent).toHaveBeenCalledTimes(before);
});
