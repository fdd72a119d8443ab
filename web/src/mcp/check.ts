/** Whether a server can be set as it is described: the Core's own rules, said where the fault is. */
import type { Server } from "@/api/schema";
import { type Draft, isSecretHeader, type Pair } from "./draft";

export type Faults = {
  readonly name?: string;
  readonly command?: string;
  readonly args?: string;
  readonly url?: string;
  /** By the key of the variable or header. */
  readonly pairs: ReadonlyMap<number, string>;
};

export type Checked =
  | { readonly server: Server; readonly faults: undefined }
  | { readonly server: undefined; readonly faults: Faults };

/** Arguments, variables or headers of one server. */
export const MOST = 64;
const LONGEST = 4096;

const NAME = /^[a-z0-9_-]{1,32}$/;
const VARIABLE = /^[A-Za-z0-9_]{1,256}$/;
const HEADER = /^[A-Za-z0-9_-]{1,256}$/;
/** What a header's value is made of. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** `ofAll`: whether it is one of every session. */
export function check(draft: Draft, ofAll: boolean): Checked {
  const stdio = draft.kind === "stdio";
  const wrong = stdio ? wrongPairs(draft.env, VARIABLE, isText) : wrongPairs(draft.headers, HEADER, isHeaderValue);
  const found: Faults = {
    ...(NAME.test(draft.name) ? {} : { name: "1 to 32 lower-case letters, digits, underscores or hyphens." }),
    ...(stdio ? wrongProgram(draft, ofAll) : wrongAddress(draft.url)),
    pairs: wrong,
  };
  if (Object.keys(found).length > 1 || wrong.size > 0) return { server: undefined, faults: found };
  return { server: serverOf(draft), faults: undefined };
}

function serverOf({ kind, command, args, env, url, headers }: Draft): Server {
  return kind === "stdio"
    ? {
        type: "stdio",
        command: command.trim(),
        args: args.map(({ text }) => text),
        env: record(env, false),
        secret_env: record(env, true),
      }
    : { type: "http", url: url.trim(), headers: record(headers, false), secret_headers: record(headers, true) };
}

const isSecret = ({ name, secret }: Pair) => secret || isSecretHeader(name);

function record(pairs: readonly Pair[], secret: boolean): Record<string, string> {
  return Object.fromEntries(
    pairs.filter((pair) => isSecret(pair) === secret).map(({ name, value }) => [name.trim(), value]),
  );
}

function wrongProgram({ command, args }: Draft, ofAll: boolean): Pick<Faults, "command" | "args"> {
  const wanted = command.trim();
  const wrong =
    wanted === ""
      ? "Say which program it is."
      : !isText(wanted)
        ? "It is too long, or has a character that it cannot have."
        : ofAll && wanted.includes("/") && !wanted.startsWith("/")
          ? "A relative path would be another program in each workspace."
          : undefined;
  return {
    ...(wrong === undefined ? {} : { command: wrong }),
    ...(args.length <= MOST && args.every(({ text }) => isText(text))
      ? {}
      : { args: `At most ${MOST} arguments of at most ${LONGEST} bytes each.` }),
  };
}

function wrongAddress(url: string): Pick<Faults, "url"> {
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined;
  const plain = address !== undefined && ["http:", "https:"].includes(address.protocol) && address.host !== "";
  if (!plain) return { url: "An address that begins with http:// or https://." };
  if (address.username !== "" || address.password !== "") {
    return { url: "Without a name and a password: they go into a header that is secret." };
  }
  return isText(address.href) ? {} : { url: "It is too long." };
}

function wrongPairs(pairs: readonly Pair[], name: RegExp, value: (text: string) => boolean): Map<number, string> {
  const wrong = new Map<number, string>();
  const seen = new Set<string>();
  for (const [place, pair] of pairs.entries()) {
    const fault = wrongPair(pair, name, value);
    const same = pair.name.trim().toLowerCase();
    if (place >= MOST) wrong.set(pair.key, `There are at most ${MOST}.`);
    else if (fault !== undefined) wrong.set(pair.key, fault);
    // Names differ by more than their case.
    else if (seen.has(same)) wrong.set(pair.key, "This name is there twice.");
    seen.add(same);
  }
  return wrong;
}

function wrongPair(pair: Pair, name: RegExp, value: (text: string) => boolean): string | undefined {
  if (!name.test(pair.name.trim())) {
    return name === VARIABLE
      ? "A name of letters, digits and underscores."
      : "A name of letters, digits, hyphens and underscores.";
  }
  if (isSecret(pair) && pair.value === "") return "Type its value: a secret is shown to nobody, and so not kept here.";
  return value(pair.value) ? undefined : "It is too long, or has a character that it cannot have.";
}

const encoder = new TextEncoder();
const isText = (text: string) => !text.includes("\0") && encoder.encode(text).length <= LONGEST;
const isHeaderValue = (text: string) => isText(text) && HEADER_VALUE.test(text);
