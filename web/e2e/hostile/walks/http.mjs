/** A Core's answers, opened in a tab and asked for by a page of ours. */
import { ANSWERS, STATUSES, USES, use } from "../answers.mjs";
import { http, id, json } from "../player.mjs";

const PATHS = [
  "workspaces",
  "sessions",
  "search",
  "claude",
  "git/deploy-key",
  `recordings/${id(1)}`,
  `sessions/${id(1)}/images/evil`,
  `sessions/${id(1)}/export`,
];
/** What a browser shows of data, and runs nothing of. */
const PASSIVE =
  /^(application\/(problem\+)?json|text\/plain|text\/event-stream|image\/(png|jpeg|gif|webp)|application\/octet-stream)$/;

export async function answers({ page, guard, ask, core, count, watch }) {
  await page.goto("/settings/account");
  await page
    .getByRole("heading", { name: /browser|login|session/i })
    .first()
    .waitFor();
  const origin = new URL(page.url()).origin;
  // A tab of its own in which nothing may run: the browser says so where something would.
  watch.expect(/Blocked script execution in '[^']*\/api\/v1\/cores/);
  const tab = await page.context().newPage();
  const all = [...ANSWERS, ...STATUSES.map(([status, lines]) => [status, lines, (m) => `{"mark":"${m}"}`, status])];
  for (const [at, [name, lines, body, status = "200 OK"]] of all.entries()) {
    const mark = `w${String(at).padStart(3, "0")}z`;
    const path = PATHS[at % PATHS.length];
    await ask("answer", { [`GET /v1/${path}`]: http(status, lines, body(mark)) });
    const address = `${origin}/api/v1/cores/${core}/${path}`;

    const got = await page.evaluate(async (address) => {
      // What breaks off is no answer.
      const answer = await fetch(address).catch(() => undefined);
      if (answer === undefined) return { type: null, redirected: false, url: address, text: "bad-core-answer" };
      return {
        type: answer.headers.get("content-type"),
        redirected: answer.redirected,
        url: answer.url,
        text: await answer.text(),
      };
    }, address);
    const arrived = got.text.includes(mark) || /bad-core-answer/.test(got.text);
    if (!arrived)
      throw new Error(`${name}: neither came through nor was refused: ${JSON.stringify(got).slice(0, 300)}`);
    if (got.redirected || got.url !== address) throw new Error(`${name}: it led to ${got.url}`);
    guard.verdict(name);

    // A file is kept and not shown: that is the browser's answer to bytes.
    await guard.allowing(["download"], async () => {
      await tab.goto(address).catch((error) => {
        if (!/download|ERR_ABORTED|ERR_INVALID_AUTH|ERR_UNEXPECTED_PROXY_AUTH|ERR_/i.test(error.message)) throw error;
      });
      const here = () =>
        tab.evaluate(() => ({ type: document.contentType, url: location.href, scripts: document.scripts.length }));
      // The browser's own page of an error comes a moment later.
      const { type, url, scripts } = await here().catch(() => tab.waitForLoadState().then(here));
      if (url === address && !PASSIVE.test(type) && !(type === "text/html" && scripts === 0))
        throw new Error(`${name}: it is shown as ${type}`);
      if (
        url !== address &&
        url !== "about:blank" &&
        !url.startsWith("chrome-error:") &&
        !url.startsWith(`${origin}/api/v1/cores/`)
      ) {
        throw new Error(`${name}: it led to ${url}`);
      }
    });
    guard.verdict(`${name}, in a tab`);
  }
  await tab.close();
  count("answers over HTTP", all.length);

  // Even a page of ours that wanted to could make nothing of them.
  watch.expect(/MIME type|Failed to (load|register)|strict MIME|net::ERR|Failed to fetch/);
  const passive = [
    "application/json",
    "application/octet-stream",
    "application/problem+json",
    "image/png",
    "text/event-stream",
  ];
  for (const what of USES) {
    for (const type of passive) {
      const body = "self.canary?.('used'); self.postMessage?.('ran')";
      await ask("answer", { "GET /v1/workspaces": http("200 OK", `Content-Type: ${type}`, body) });
      const address = `/api/v1/cores/${core}/workspaces?${encodeURIComponent(`${what} ${type}`)}`;
      const became = await page.evaluate(use, [what, address]);
      if (became !== "refused") throw new Error(`${type} was ${became} for ${what}`);
    }
  }
  guard.forget(/^a worker: /);
  await page.reload();
  await guard.look(page, "after all uses");
  count("uses of an answer", USES.length * passive.length);
  await ask("answer", { "GET /v1/workspaces": json({ workspaces: [] }) });
}
