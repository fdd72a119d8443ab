/** The one place that asks the gateway for something. What is said over it is what the OpenAPI document says. */
import createClient from "openapi-fetch";
import { Problem, Unreachable } from "./problem";
import type { paths } from "./schema";

type OnLoggedOut = () => void;
let loggedOut: OnLoggedOut = () => {};

/** Whom to tell when the login has ended: by its own time, or because somebody ended it. */
export function onLoggedOut(tell: OnLoggedOut): void {
  loggedOut = tell;
}

/** As `fetch`, with refusals and silence as errors. */
export async function request(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(input, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const problem = await Problem.of(response);
  if (problem.slug === "unauthenticated") loggedOut();
  throw problem;
}

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  fetch: (asked: Request) => request(asked),
});

/** What was answered. A refusal has been thrown by then. */
export async function answer<T>(asked: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await asked;
  // An answer without a body has none to give; its caller's type says so.
  return data as T;
}
