/** Has axe look at a page, in both themes. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Colours fade over, which a page that nobody looks at does not do by itself. What turns for as long as something goes on stays. */
function stillness() {
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
  }
}

/** Fails where somebody who cannot see, or points with nothing, would be stuck. */
export async function accessible(page, what) {
  const found = [];
  for (const theme of ["light", "dark"]) {
    await page.evaluate((dark) => document.documentElement.classList.toggle("dark", dark), theme === "dark");
    await page.evaluate(stillness);
    await page.evaluate(source);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, help, nodes } of violations) {
      if (impact === "serious" || impact === "critical") {
        found.push(
          `${what}, ${theme}: ${id} (${help}): ${nodes.map(({ target, any }) => `${target} ${any.map(({ message }) => message)}`).join(" | ")}`,
        );
      }
    }
  }
  await page.evaluate(() => window.dispatchEvent(new StorageEvent("storage")));
  if (found.length > 0) throw new Error(found.join("\n"));
}
