/** What is said in sessions: texts, thoughts, tools, and what waits for an answer. */
import { HTML, LINKS, PROSE } from "../markdown.mjs";
import { NAMES } from "../names.mjs";
import { AT, actor, calm, history, id, json, report, session, turn, USAGE } from "../player.mjs";
import { ASKED, TOOLS } from "../tools.mjs";

const said = (kind) => (variants) =>
  variants.flatMap(({ content }, at) => turn(at + 1, "Say it", [{ kind, message: `m${at}`, block: 0, text: content }]));

/** In pieces that come one by one, and do not end. */
function streamed(variants) {
  const it = id(1);
  const pieces = variants.flatMap(({ content }, at) => {
    const size = Math.ceil(content.length / 3);
    return [0, 1, 2].map((piece) => ({
      kind: "text_delta",
      turn: it,
      message: `m${at}`,
      block: 0,
      text: content.slice(piece * size, (piece + 1) * size),
    }));
  });
  return [...begun(it, actor()), ...pieces];
}

const begun = (it, by, model = null) => [
  { kind: "message_accepted", turn: it, text: "Go on", by, images: [] },
  { kind: "turn_started", turn: it, model },
];

const used = (variants) =>
  variants.flatMap(({ content: { name, input, result, failed = false } }, at) =>
    turn(at + 1, "Use it", [
      { kind: "tool_use", message: `m${at}`, tool_use: `t${at}`, name, input },
      ...(result === undefined ? [] : [{ kind: "tool_result", tool_use: `t${at}`, content: result, is_error: failed }]),
    ]),
  );

const request = (
  { content: { tool, input, description = null, suggestions = [], asks = { type: "permission" } } },
  at,
) => ({
  kind: "approval_requested",
  turn: id(1),
  approval: id(0xa00 + at),
  tool_use: null,
  tool,
  input,
  description,
  suggestions,
  asks,
});

const asked = (variants) => [...begun(id(1), actor()), ...variants.map(request)];

/** Where in a history a name or a word of a Core's stands. */
const PLACES = [
  (it, x) => [...begun(it, actor(x)), { kind: "turn_completed", turn: it, usage: USAGE }],
  (_, x) => [{ kind: "title_changed", title: x, by: actor() }],
  (_, x) => [{ kind: "title_changed", title: "Planting", by: actor(x) }],
  (_, x) => [{ kind: "model_changed", model: x, by: actor(x) }],
  (_, x) => [{ kind: "process_started", resumed: true, cli_version: x }],
  (it, x) => [
    ...begun(it, actor(), x),
    { kind: "turn_failed", turn: it, error: x, status: 500, detail: x, usage: null },
  ],
  (it, x) => [
    ...begun(it, actor()),
    ...decided(it, { decision: "deny", by: actor(x), message: x, through: "answer", terms: {} }),
  ],
  (it, x) => [
    ...begun(it, actor()),
    ...decided(it, {
      decision: "allow",
      by: actor(),
      message: null,
      through: "answer",
      terms: { scope: "session", rules: [x] },
    }),
  ],
  (it, x) => [
    ...begun(it, actor()),
    ...decided(it, {
      decision: "allow",
      by: actor(),
      message: null,
      through: "answer",
      terms: { scope: "once", answers: { [x]: x } },
    }),
  ],
  (it, x) => [...begun(it, actor()), { kind: "turn_interrupted", turn: it, reason: x, by: actor(x), usage: null }],
  (_, x) => [{ kind: "permission_mode_changed", mode: "plan", by: actor(x) }],
  (it, x) => [
    ...begun(it, actor()),
    {
      kind: "rate_limit",
      turn: it,
      info: {},
      limit: { window: x, status: "rejected", resets_at: x, said_at: AT, used_percent: 1 },
    },
    { kind: "turn_completed", turn: it, usage: USAGE },
  ],
  (_, x) => [
    { kind: "bypass_began", by: actor(x), until: x },
    { kind: "bypass_ended", reason: x, by: null },
  ],
  (it, x) => [{ kind: "unknown", turn: it, line: { [x]: x } }],
];

function decided(it, how) {
  const approval = id(0xb00 + Number.parseInt(it.slice(-6), 16));
  return [
    {
      kind: "approval_requested",
      turn: it,
      approval,
      tool_use: null,
      tool: "Bash",
      input: { command: "ls" },
      description: null,
      suggestions: [],
      asks: { type: "permission" },
    },
    { kind: "approval_decided", turn: it, approval, ...how },
    { kind: "turn_completed", turn: it, usage: USAGE },
  ];
}

/** Every name in three of the places. */
function named(variants) {
  const events = [...turn(1, "Begin", [])];
  variants.forEach(({ content }, at) => {
    for (let more = 0; more < (content.length > 100_000 ? 1 : 3); more += 1) {
      events.push(...PLACES[(at + more * 5) % PLACES.length](id(0x100 + at * 3 + more), content));
    }
  });
  return events;
}

/** Words that every object has are no words of the interface. */
const WORDS = ["__proto__", "constructor", "toString", "hasOwnProperty"];

const worded = (variants) =>
  variants.flatMap(({ mark }, at) => {
    const [word, it, approval] = [WORDS[at], id(0x700 + at), id(0x800 + at)];
    const ask = {
      kind: "approval_requested",
      turn: it,
      tool_use: null,
      tool: word,
      input: {},
      description: null,
      suggestions: [],
    };
    return [
      ...begun(it, actor(mark), word),
      { ...ask, approval, asks: { type: "permission" } },
      { kind: "approval_withdrawn", turn: it, approval, reason: word },
      { ...ask, approval: id(0x900 + at), asks: { type: word } },
      { kind: "tool_use", turn: it, message: `w${at}`, tool_use: word, name: word, input: { [word]: word } },
      { kind: "tool_result", turn: it, tool_use: word, content: { type: word }, is_error: true },
      { kind: "turn_interrupted", turn: it, reason: word, by: null, usage: null },
      { kind: "process_ended", reason: word, exit_code: null },
      { kind: "bypass_began", by: actor(), until: word },
      { kind: "bypass_ended", reason: word, by: null },
      { kind: "permission_mode_changed", mode: word, by: null },
      { kind: word, turn: it },
    ];
  });

/** A picture's hash is part of an address. */
const HASHES = [
  "../../../../me",
  "..",
  "x?y#z",
  "//evil.example/x",
  "javascript:canary()",
  '"><script>canary()</script>',
  "%2e%2e%2fevil",
  "\\evil",
  "a".repeat(20_000),
];

/** An event with such a hash is shown as it came. */
function pictured() {
  const message = (hash, at, text) => ({
    kind: "message_accepted",
    turn: id(at + 1),
    text,
    by: actor(),
    images: [{ hash, media_type: "image/svg+xml", size: -1, width: 1e9, height: 1 }],
  });
  return [
    message("ab".repeat(32), 0, "h000z"),
    ...HASHES.flatMap((hash, at) => [
      message(hash, at + 1, `h${String(at + 1).padStart(3, "0")}z`),
      ...turn(0x100 + at, "And", []),
    ]),
  ];
}

export async function conversation({ page, guard, ask, core, variants, count, picture }) {
  const sessions = [
    ["HTML in texts", variants.of("a", HTML), said("text"), "idle"],
    ["HTML that is streamed", variants.of("b", HTML), streamed, "working"],
    ["links in texts", variants.of("c", LINKS), said("text"), "idle"],
    ["links in thoughts", variants.of("d", LINKS), said("thinking"), "idle"],
    ["prose", variants.of("e", PROSE), said("text"), "idle"],
    ["tools", variants.of("f", TOOLS), used, "idle"],
    ["approvals", variants.of("g", ASKED), asked, "waiting"],
    ["names in a history", variants.of("n", NAMES), named, "idle"],
    [
      "words of all objects",
      variants.of(
        "y",
        WORDS.map((word) => [word, (m) => m]),
      ),
      worded,
      "idle",
    ],
    [
      "pictures",
      variants.of(
        "h",
        ["a size", ...HASHES].map((name) => [name, (m) => m]),
      ),
      pictured,
      "idle",
    ],
  ];
  const list = [];
  for (const [at, [, all, events, activity]] of sessions.entries()) {
    const it = id(0x10 + at);
    const told = events(all);
    list.push(session(0x10 + at, { activity, cursor: `1:${told.length}` }));
    await ask("answer", {
      [`GET /v1/sessions/${it}`]: json(list.at(-1)),
      [`GET /v1/sessions/${it}/events`]: history(told),
      [`GET /v1/sessions/${it}/approvals`]: json({
        approvals: activity === "waiting" ? all.map(request).map((event, seq) => ({ seq, at: AT, ...event })) : [],
      }),
    });
  }
  await ask("answer", { ...calm(), "GET /v1/sessions": json({ sessions: list, next: null }) });
  for (const [at, [where, all]] of sessions.entries()) {
    await page.goto(`/cores/${core}/sessions/${id(0x10 + at)}`);
    await readThrough(page, guard, all, where);
    await picture(page, where.replaceAll(" ", "-"));
    // What was said twice is one variant.
    if (!/streamed|thoughts/.test(where)) count(where, all.length);
  }
  await ask("report", report({ waiting_approvals: ASKED.length, revision: 50 }));
  await page.goto("/inbox");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  const approvals = sessions.find(([where]) => where === "approvals")[1];
  await page.waitForFunction(
    (marks) => marks.every((mark) => document.body.textContent.includes(mark)),
    approvals.map(({ mark }) => mark),
  );
  await guard.look(page, "the inbox");
  await ask("report", report({ revision: 51 }));
}

/** Reads a conversation from its beginning, opens what is folded, and looks at each part of it. */
async function readThrough(page, guard, variants, where) {
  const log = page.getByRole("log", { name: "Conversation" });
  await log.waitFor();
  const wanted = new Map(variants.map(({ mark, name }) => [mark, name]));
  for (let top = 0, last = -1, step = 0; step < 60; step += 1) {
    const now = await log.evaluate(async (box, top) => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      box.scrollTop = top;
      await drawn();
      for (const fold of box.querySelectorAll("[aria-expanded=false]")) fold.click();
      await drawn();
      return { top: box.scrollTop, room: box.clientHeight, text: box.textContent.slice(0, 20_000_000) };
    }, top);
    for (const [mark] of now.text.matchAll(/[a-z]\d{3}z/g)) wanted.delete(mark);
    await guard.look(page, where);
    if (wanted.size === 0 && step > 0) return;
    if (now.top === last && now.top < top) break;
    last = now.top;
    top = now.top + Math.floor(now.room * 0.8);
  }
  if (wanted.size > 0)
    throw new Error(`${where}: never shown: ${[...wanted].map(([mark, name]) => `${mark} ${name}`).join(", ")}`);
}
