// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
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

test("silence is told from a refusal, and an answer that is no JSON is still one", async () => {
  answers(new TypeError("network"));
  await expect(api.GET("/api/v1/me")).rejects.toBeInstanceOf(Unreachable);
  answers(new Response("<html>bad gateway</html>", { status: 502 }));
  await expect(api.GET("/api/v1/me")).rejects.toMatchObject({ slug: "unknown", status: 502 });
});
