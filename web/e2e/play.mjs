/** Plays one scenario in Chromium: `node play.mjs NAME`, with what it is told as the first line of stdin. */
import { mkdir, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { Watch } from "./watch.mjs";

const name = process.argv[2];
const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const stage = await next();

/** Asks the rig for what no browser can do. */
async function ask(what, arguments_ = null) {
  process.stdout.write(`${JSON.stringify({ ask: what, with: arguments_ })}\n`);
  return next();
}

await rm(stage.pictures, { recursive: true, force: true });
await mkdir(stage.pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // The vendor's pages come from its stand-in. Whatever else a page should ask for, that records and refuses.
  proxy: { server: stage.proxy, bypass: "localhost" },
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--no-first-run",
  ],
});
// Whoever asked for this has gone: nobody is there to see how it goes on.
input.on("close", () => browser.close().finally(() => process.exit(1)));
const watch = new Watch(new URL(stage.url).origin);

/** Somebody at a browser of their own. */
async function person(options = {}) {
  const context = await browser.newContext({
    baseURL: stage.url,
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  context.setDefaultTimeout(30_000);
  watch.over(context);
  return context.newPage();
}

let pictures = 0;
/** Keeps what a page looks like now. */
async function picture(page, of) {
  pictures += 1;
  await page.screenshot({ path: `${stage.pictures}/${String(pictures).padStart(2, "0")}-${of}.png` });
}

try {
  const { default: play } = await import(`./scenarios/${name}.mjs`);
  await play({ ...stage, person, picture, ask, watch });
  watch.verdict();
} catch (error) {
  process.stderr.write(`${name}: ${error.stack}\n`);
  for (const context of browser.contexts()) {
    for (const page of context.pages()) await picture(page, "failed").catch(() => {});
  }
  process.exitCode = 1;
} finally {
  await browser.close();
  process.exit();
}
