/** A Core that means ill, and a person who looks at what it says: nothing of it does anything. */
import { logIn } from "../people.mjs";
import { Guard } from "./guard.mjs";
import { calm, report } from "./player.mjs";
import { Variants } from "./variants.mjs";

/** A scenario of these walks. `least`: so many variants are to be met, or they prove little. */
export const looking =
  (walks, least) =>
  async ({ person, picture, ask, password, told, watch }) => {
    const { core, bystander, round, seed } = told;
    const counted = new Map();
    const count = (vector, many) => counted.set(vector, many);
    await ask("answer honestly", calm("meadow"));
    await ask("answer", calm());
    await ask("report", report());
    const page = await person({ viewport: { width: 1280, height: 1600 } });
    const guard = await Guard.over(page, ask);
    await logIn(page, "ada", password);
    await guard.begin(page);
    const before = await ask("violations");
    const stage = { page, guard, ask, core, bystander, variants: new Variants(round, seed), count, picture, watch };
    for (const walk of walks) await walk(stage);
    await page.goto("/");
    await page.getByRole("heading", { name: "Hello, ada" }).waitFor();
    await guard.end(page);
    // Reports are sent at the latest when their page goes.
    await page.goto("about:blank");
    if ((await ask("violations")) !== before) throw new Error(`the policy was violated: ${await ask("violations")}`);
    await alive({ page, ask, before, watch, guard });
    const total = [...counted.values()].reduce((sum, many) => sum + many, 0);
    process.stderr.write(`${total} variants: ${JSON.stringify(Object.fromEntries(counted))}\n`);
    if (total < least) throw new Error(`only ${total} variants`);
  };

/** What is counted is counted: a page of ours with script in it is kept from running it, and says so. */
async function alive({ page, ask, before, watch, guard }) {
  watch.expect(/Content Security Policy/);
  await page.goto("/");
  await page.getByRole("heading", { name: "Hello, ada" }).waitFor();
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "canary('inline')";
    document.body.append(script);
  });
  const until = Date.now() + 30_000;
  let now = before;
  while ((now === before || !guard.sees()) && Date.now() < until) now = await ask("violations");
  if (now !== before + 1) throw new Error(`a violation was counted as ${now - before}`);
  const seen = guard.taken();
  if (seen.length !== 1 || !/^the policy was broken: script-src-elem inline/.test(seen[0]))
    throw new Error(`seen: ${seen.join("\n")}`);
}
