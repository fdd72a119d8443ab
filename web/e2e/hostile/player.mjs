/** A Core's API as its own document says it, for a Core that fills it with whatever it likes. */

export const AT = "2026-01-02T03:04:05Z";
export const id = (number) => `00000000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
export const actor = (name = "ben") => ({ user: id(0xbe), name });

/** An answer, byte by byte. `stays`: it does not end. */
export function http(status, lines, body, stays = false) {
  const length = stays ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = lines === "" ? "" : `${lines}\r\n`;
  return { bytes: Buffer.from(`HTTP/1.1 ${status}\r\n${head}${length}\r\n${body}`).toString("base64"), stays };
}

/** A text is JSON as it stands. */
export const json = (value, status = "200 OK") =>
  http(status, "Content-Type: application/json", typeof value === "string" ? value : JSON.stringify(value));

export const problem = (slug, title, detail, more = {}) =>
  http(
    "409 No",
    "Content-Type: application/problem+json",
    JSON.stringify({ type: `urn:condrix:problem:${slug}`, status: 409, title, detail, ...more }),
  );

/** A session's history, and the stream stays open. */
export function history(events) {
  const frames = events.map((event, at) => {
    const recorded = { seq: at + 1, at: AT, ...event };
    return `id: 1:${at + 1}\nevent: ${event.kind}\ndata: ${JSON.stringify(recorded)}\n\n`;
  });
  const resume = { continuity: "ok", epoch: 1, after: 0 };
  const text = `event: resume\ndata: ${JSON.stringify(resume)}\n\n${frames.join("")}`;
  return http("200 OK", "Content-Type: text/event-stream", text, true);
}

export const session = (number, more = {}) => ({
  id: id(number),
  title: "Planting",
  workspace: "garden",
  activity: "idle",
  created_at: AT,
  updated_at: AT,
  created_by: actor(),
  cursor: "1:0",
  model: null,
  permission_mode: "default",
  visibility: "shared",
  archived_at: null,
  closed_at: null,
  forked_from: null,
  bypass: null,
  ...more,
});

export const terminal = (number, more = {}) => ({
  id: id(number),
  name: null,
  title: null,
  workspace: null,
  created_at: AT,
  created_by: actor(),
  exited: null,
  observers: 0,
  writers: 1,
  recorded: false,
  size: { rows: 24, columns: 80 },
  ...more,
});

export const claude = (more = {}) => ({
  method: "api_key",
  state: "signed_in",
  owner: null,
  account: null,
  organisation: null,
  plan: null,
  scopes: [],
  expires_at: null,
  last_refresh_at: null,
  last_error: null,
  billing: null,
  checked_at: AT,
  limits: [],
  ...more,
});

export const report = (more = {}) => ({
  hostname: "host",
  agent_version: "0.1.0",
  cli_version: "2.0.0",
  claude: claude(),
  revision: 1,
  working_sessions: 0,
  waiting_approvals: 0,
  ...more,
});

/** A Core on which there is next to nothing, and nothing wrong. */
export function calm(workspace = "garden") {
  return {
    "GET /v1/workspaces": json({ workspaces: [{ name: workspace, state: "ready", trusted: null }] }),
    "GET /v1/sessions": json({ sessions: [], next: null }),
    "GET /v1/terminals": json({ terminals: [] }),
    "GET /v1/recordings": json({ recordings: [] }),
    "GET /v1/git/credentials": json({ credentials: [] }),
    "GET /v1/git/author": json({ name: "ada", email: "ada@example.org" }),
    "GET /v1/git/deploy-key": json({ public_key: "ssh-ed25519 AAAA garden" }),
    "GET /v1/search": json({ hits: [] }),
    "GET /v1/claude": json(claude()),
    "GET /v1/journal": json({
      used_bytes: 1,
      max_bytes: 9,
      free_bytes: 9,
      min_free_bytes: 1,
      pruned_sessions: 0,
      has_room: true,
    }),
  };
}

/** A turn that one thing happened in. */
export function turn(number, text, blocks) {
  const it = id(number);
  return [
    { kind: "message_accepted", turn: it, text, by: actor(), images: [] },
    { kind: "turn_started", turn: it, model: null },
    ...blocks.map((block) => ({ turn: it, ...block })),
    { kind: "turn_completed", turn: it, usage: USAGE },
  ];
}

export const USAGE = {
  cost_usd: 0.01,
  input_tokens: 1,
  output_tokens: 1,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  duration_ms: 5,
};
