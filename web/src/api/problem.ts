import { oneLine } from "@/ui/one-line";
import { isRecord } from "./shape";

/** A refusal as the gateway or a Core words it (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  /** The stable end of its type. */
  readonly slug: string;
  readonly status: number;
  /** What kind of problem it is, in words. */
  readonly title: string;
  /** What is wrong this time, where that is said. */
  readonly detail: string | undefined;
  /** What to quote when asking for help. */
  readonly request: string | undefined;
  /** When to come back, in seconds. */
  readonly retryAfter: number | undefined;
  /** What belongs to this type alone. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, body: unknown, retryAfter?: number) {
    const said = isRecord(body) ? body : {};
    const title = text(said.title) ?? `The answer was ${status}`;
    super(text(said.detail) ?? title);
    this.status = status;
    this.slug = text(said.type)?.split(":").at(-1) ?? "unknown";
    this.title = title;
    this.detail = text(said.detail);
    this.request = text(said.instance)?.replace("urn:uuid:", "");
    this.retryAfter = retryAfter;
    this.members = said;
  }

  static async of(response: Response): Promise<Problem> {
    const after = Number(response.headers.get("retry-after") ?? Number.NaN);
    // Whoever answers with no JSON is not the gateway, or is in trouble itself: the status says what is known.
    const body: unknown = await response.json().catch(() => undefined);
    return new Problem(response.status, body, Number.isFinite(after) ? after : undefined);
  }
}

/** Nobody answered: the network is away, or the gateway is. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor(words = "The gateway cannot be reached") {
    super(words);
  }
}

export function isProblem(error: unknown, ...slugs: string[]): error is Problem {
  return error instanceof Problem && (slugs.length === 0 || slugs.includes(error.slug));
}

/** What to tell a person. A Core has refusals of its own, in its own words. */
export function words(error: unknown): string {
  if (error instanceof Problem) {
    const title = oneLine(error.title);
    // The Core asks the CLI and has its answer within seconds.
    if (error.slug === "sign-in-unconfirmed") return `${title}. Try again in a moment.`;
    return error.detail === undefined || error.detail === error.title
      ? title
      : `${title}: ${oneLine(error.detail, 600)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
