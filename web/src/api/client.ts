/** The one place that asks the gateway for something. What is said over it is what the OpenAPI document says. */
import createClient from "openapi-fetch";
import { isStillMine, startAnew, whoIAm } from "@/account/mine";
import { isGateways, learn } from "./clock";
import { Problem, Unreachable } from "./problem";
import type { paths } from "./schema";
import { isRecord } from "./shape";

type OnLoggedOut = () => void;
let loggedOut: OnLoggedOut = () => {};

/** Whom to tell when the login has ended: by its own time, or because somebody ended it. */
export function onLoggedOut(tell: OnLoggedOut): void {
  loggedOut = tell;
}

/** How long an answer may take. */
const PATIENCE = 30_000;
/** Where the Core ends its work first, the vendor has a part in it, or much is sent. */
const LONG = 180_000;
const LONG_BY_DESIGN =
  /\/(?:sign-out|sign-ins(?:\/[^/]+(?:\/code)?)?|revoke|restore|fork|close|reconnect|workspaces|sessions|deploy-key)$/;

const isLate = (error: unknown) => error instanceof DOMException && error.name === "TimeoutError";

class Late extends Unreachable {
  constructor() {
    super("The gateway has not answered in time");
  }
}

/** As `fetch`, with refusals and silence as errors. */
export async function request(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let response: Response;
  const asked = Date.now();
  try {
    response = await fetch(input, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw isLate(error) ? new Late() : new Unreachable();
  }
  if (isGateways(response.url)) learn(response.headers.get("date"), asked, Date.now());
  if (response.ok) return response;
  const problem = await Problem.of(response);
  if (problem.slug === "unauthenticated" && (await loggedIn()) === null) loggedOut();
  if (problem.slug === "another-user" && (await loggedIn()) !== whoIAm()) startAnew();
  throw problem;
}

/**
 * Who is logged in; null is nobody. A Core may say such things as well, and knows nothing of them: the gateway itself is
 * asked. Where it does not answer, nothing has changed.
 */
async function loggedIn(): Promise<string | null | undefined> {
  try {
    const told = await fetch("/api/v1/me", { cache: "no-store" });
    if (told.status === 401) return null;
    const me: unknown = await told.json();
    return isRecord(me) && typeof me.user === "string" ? me.user : whoIAm();
  } catch {
    return whoIAm();
  }
}

/** What makes somebody whoever they are. */
const DOORS = ["/api/v1/login", "/api/v1/setup"];

/** What changes something says whose page it comes from: the gateway refuses it if somebody else has logged in since. */
async function ask(asked: Request, patience?: number): Promise<Response> {
  const { pathname } = new URL(asked.url);
  const user = whoIAm();
  if (user !== undefined && asked.method !== "GET" && !DOORS.includes(pathname)) {
    // The page ends: nothing of it waits for an answer.
    if (!isStillMine()) return new Promise(() => {});
    asked.headers.set("Condrix-Expected-User", user);
  }
  const limit = AbortSignal.timeout(patience ?? (LONG_BY_DESIGN.test(pathname) ? LONG : PATIENCE));
  return request(asked, { signal: AbortSignal.any([asked.signal, limit]) });
}

/** For what takes long because much is sent. */
export const patiently = (asked: Request): Promise<Response> => ask(asked, LONG);

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  fetch: (asked: Request) => ask(asked),
});

/** What was answered. A refusal has been thrown by then. */
export async function answer<T>(asked: Promise<{ data?: T; response: Response }>): Promise<T> {
  try {
    const { data } = await asked;
    // An answer without a body has none to give; its caller's type says so.
    return data as T;
  } catch (error) {
    // It had begun, and did not come to its end.
    throw isLate(error) ? new Late() : error;
  }
}
