/** Data of wrong shapes: pages say so, and everything that is of other Cores goes on. */
import { calm, history, http, id, json, session, terminal, turn } from "../player.mjs";
import { ASKED_FOR, SHAPES } from "../shapes.mjs";

export async function shapes({ page, guard, ask, core, bystander, count, picture }) {
  const [it, other] = [id(0x10), id(0x200)];
  const endpoints = ASKED_FOR(it, other);
  const pages = [
    "/",
    `/cores/${core}`,
    `/cores/${core}/workspaces/garden`,
    `/cores/${core}/sessions/${it}`,
    "/inbox",
    "/settings/cores",
  ];
  let pairs = 0;
  // Twelve answers a load, each with another shape: all shapes come in half as many loads.
  for (let load = 0; load < SHAPES.length / 2; load += 1) {
    const answers = {};
    endpoints.forEach(([path, list], at) => {
      const [, shape] = SHAPES[(load + at * 7) % SHAPES.length];
      answers[`GET /v1/${path}`] = http("200 OK", "Content-Type: application/json", shape(list));
      pairs += 1;
    });
    const names = endpoints.map(([path], at) => `${path}: ${SHAPES[(load + at * 7) % SHAPES.length][0]}`).join("; ");
    await ask("answer", { ...answers, [`GET /v1/sessions/${it}/events`]: history(turn(1, "Begin", [])) });
    await page.goto(pages[load % pages.length]);
    const nav = page.getByRole("navigation", { name: "Cores and sessions" });
    // What is of another Core is there, and the page has something to say.
    await nav
      .getByText("meadow")
      .waitFor({ timeout: 10_000 })
      .catch(() => {
        throw new Error(`the interface is broken at ${page.url()} by ${names}`);
      });
    await page.waitForFunction(() => document.querySelector("main")?.textContent.trim().length > 5);
    // Each was asked for, and is drawn.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await guard.look(page, names);
  }
  await picture(page, "shapes");
  await page.goto(`/cores/${bystander}`);
  await page.getByRole("main").getByRole("link", { name: "meadow" }).waitFor();
  count("answers of wrong shapes", SHAPES.length);
  await ask("answer", {
    ...calm(),
    [`GET /v1/sessions/${it}`]: json(session(0x10)),
    [`GET /v1/terminals/${other}`]: json(terminal(0x200)),
  });
  return pairs;
}
