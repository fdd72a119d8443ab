/** Names, titles and errors wherever a Core's stand among the interface's own words. */
import { NAMES } from "../names.mjs";
import {
  AT,
  actor,
  calm,
  claude,
  history,
  http,
  id,
  json,
  problem,
  report,
  session,
  terminal,
  turn,
} from "../player.mjs";
import { absent, shown } from "../variants.mjs";

const WHERE = {
  workspaces: "i",
  misnamed: "x",
  sessions: "j",
  terminals: "k",
  recordings: "l",
  hits: "o",
  credentials: "p",
  commands: "q",
  problems: "r",
  reports: "s",
};

export async function lists({ page, guard, ask, core, variants, count, picture }) {
  const named = Object.fromEntries(Object.entries(WHERE).map(([where, letter]) => [where, variants.of(letter, NAMES)]));
  await ask("answer", {
    ...calm(),
    "GET /v1/workspaces": json({
      workspaces: [
        { name: "garden", state: "ready", trusted: null },
        ...named.workspaces.map(workspace),
        ...named.misnamed.map(misnamed),
      ],
    }),
    "GET /v1/sessions": json({
      sessions: named.sessions.map(({ content }, at) =>
        session(0x100 + at, { title: content, created_by: actor(content), workspace: "garden" }),
      ),
      next: null,
    }),
    "GET /v1/terminals": json({
      terminals: named.terminals.map(({ content }, at) =>
        terminal(0x200 + at, { [["name", "title", "workspace"][at % 3]]: content, exited: { code: 1, signal: null } }),
      ),
    }),
    "GET /v1/recordings": json({
      recordings: named.recordings.map(({ content }, at) => ({
        terminal: id(0x300 + at),
        name: content,
        started_at: AT,
        bytes: 7,
        live: true,
      })),
    }),
    "GET /v1/search": json({
      hits: named.hits.map(({ content }, at) => ({
        session: id(0x400 + at),
        workspace: content,
        title: content,
        event: `1:${at}`,
        seq: at,
        at: AT,
        by: actor(content),
        snippet: [
          { text: content, found: true },
          { text: content, found: false },
        ],
      })),
    }),
    "GET /v1/git/credentials": json({
      credentials: named.credentials.map(({ content }) => ({ host: content, username: content })),
    }),
    "GET /v1/git/deploy-key": json({ public_key: named.credentials[6].content }),
    [`GET /v1/sessions/${id(0x100)}`]: json(session(0x100, { title: named.sessions[0].content })),
    [`GET /v1/sessions/${id(0x100)}/events`]: history(turn(1, "Begin", [])),
    [`GET /v1/sessions/${id(0x100)}/commands`]: json({
      commands: named.commands.map(({ content }) => ({ name: content, description: content, argument_hint: content })),
    }),
  });

  await page.goto("/");
  await shown(page, named.workspaces, "the start");
  // The ones beside them are there, and they are not.
  await absent(page, named.misnamed, "a name that is none");
  await guard.look(page, "the start");
  await picture(page, "start");

  await page.goto(`/cores/${core}`);
  await shown(page, [...named.workspaces, ...named.credentials], "a Core's page");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("Public key", { exact: true }).waitFor();
  await guard.look(page, "a Core's page");
  await picture(page, "core");
  count("what is said of workspaces", named.workspaces.length);
  count("names of workspaces", named.misnamed.length);
  count("names of credentials", named.credentials.length);

  await page.keyboard.press("Control+k");
  await shown(page, [...named.workspaces, ...named.sessions], "the palette");
  await guard.look(page, "the palette");
  await picture(page, "palette");
  await page.keyboard.press("Escape");

  await page.goto(`/cores/${core}/workspaces/garden`);
  await shown(page, named.sessions, "a workspace's page");
  await guard.look(page, "a workspace's page");
  await picture(page, "workspace");
  count("names of sessions", named.sessions.length);
  await page.getByLabel("Search what was said").fill("evil");
  await shown(page, named.hits, "what was found");
  await guard.look(page, "what was found");
  await picture(page, "hits");
  count("what was found", named.hits.length);
  await page.getByLabel("Search what was said").fill("");

  // What is refused is said in the words of whoever refuses it.
  for (const variant of named.problems) {
    await ask("answer", { "POST /v1/sessions": problem("conflict", variant.content, variant.content) });
    await page.getByRole("button", { name: "New session" }).click();
    await shown(page, [variant], "a refusal");
    await guard.look(page, `a refusal: ${variant.name}`);
  }
  await picture(page, "refusal");
  // A Core knows nothing of who is logged in: nobody is asked for a password because it says so.
  const ended = { type: "urn:condrix:problem:unauthenticated", status: 401, title: "z000z", detail: "evil" };
  await ask("answer", {
    "POST /v1/sessions": http("401 Who", "Content-Type: application/problem+json", JSON.stringify(ended)),
  });
  await page.getByRole("button", { name: "New session" }).click();
  await shown(page, [{ mark: "z000z" }], "a login that is said to have ended");
  if (await page.getByText("Your login has ended").isVisible()) throw new Error("a Core has ended a login");
  count("errors", named.problems.length);

  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await shown(page, named.terminals, "the terminals");
  await guard.look(page, "the terminals");
  await page.getByRole("button", { name: "More about terminals" }).click();
  await page.getByRole("menuitem", { name: "Recordings" }).click();
  await shown(page, named.recordings, "the recordings");
  await guard.look(page, "the recordings");
  await picture(page, "recordings");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close the panel" }).click();
  count("names of terminals", named.terminals.length);
  count("names of recordings", named.recordings.length);

  await page.goto(`/cores/${core}/sessions/${id(0x100)}`);
  await page.getByLabel("Message", { exact: true }).fill("/");
  await shown(page, named.commands, "the commands");
  await guard.look(page, "the commands");
  await picture(page, "commands");
  await page.getByLabel("Message", { exact: true }).fill("");
  count("names of commands", named.commands.length);

  await reports({ page, guard, ask, core, named, count, picture });
}

/** What is said of workspaces. A name of one that is no folder's is no workspace. */
const workspace = ({ mark, content }, at) => {
  const trusted = at % 2 === 0 ? { by: actor(content), at: AT } : null;
  if (at % 2 === 0) return { name: `ready-${mark}`, state: "ready", trusted };
  if (at % 4 === 1) return { name: `failed-${mark}`, state: "failed", reason: content, trusted };
  return {
    name: `cloning-${mark}`,
    state: "cloning",
    phase: "receiving",
    percent: 1e9,
    trusted: { by: actor(content), at: AT },
  };
};
const misnamed = ({ content }) => ({ name: content, state: "ready", trusted: null });

/** What a Core says of itself and of its sign-in. */
async function reports({ page, guard, ask, named, count, picture }) {
  // A report is not that long, and its text is made of whole letters: the gateway takes no other.
  const all = named.reports.filter(({ content }) => content.length < 20_000 && content.isWellFormed());
  // The agent's version is what it says when it links.
  const FIELDS = 9;
  for (let first = 0, revision = 2; first < all.length; first += FIELDS, revision += 1) {
    const part = Array.from({ length: FIELDS }, (_, at) => all[(first + at) % all.length]);
    const [hostname, cli_version, account, organisation, plan, billing, detail, scope, window] = part.map(
      ({ content }) => content,
    );
    const state = claude({
      method: "oauth",
      owner: null,
      account,
      organisation,
      plan: `a ${plan}`,
      billing,
      scopes: [scope, "user:inference"],
      last_error: { kind: "network", detail, at: AT },
      limits: [{ window, status: "rejected", resets_at: null, used_percent: 101, said_at: AT }],
    });
    await ask("answer", { "GET /v1/claude": json(state) });
    await page.goto("/settings/cores");
    await ask("report", report({ hostname, cli_version, claude: state, revision }));
    const card = page
      .getByRole("main")
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "rogue", exact: true }) });
    const details = card.getByRole("button", { name: "Details" });
    if ((await details.getAttribute("aria-expanded")) === "false") await details.click();
    await shown(page, part, "the settings");
    await guard.look(page, "the settings");
    await picture(page, "settings");
  }
  count("reports of a Core", all.length);
  await ask("answer", { "GET /v1/claude": json(claude()) });
  await ask("report", report({ revision: 99 }));
}
