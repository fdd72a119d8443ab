/** Where a Core would like to send whoever signs it in. */
import { claude, id, json, report } from "../player.mjs";
import { ADDRESSES } from "../sign-in.mjs";

export async function signIn({ page, guard, ask, count }) {
  await ask("report", report({ claude: claude({ method: "none", state: "signed_out" }), revision: 100 }));
  await page.goto("/settings/cores");
  const place = page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "rogue", exact: true }) });
  const button = place.getByRole("button", { name: "Sign In with Claude" });
  for (const [at, address] of ADDRESSES.entries()) {
    const url = address(`t${String(at).padStart(3, "0")}z`);
    await ask("answer", {
      "POST /v1/claude/sign-ins": json({ id: id(at), url, lapses_at: "2099-01-01T00:00:00Z" }, "201 Made"),
    });
    // A tab takes its time: the first ones have it, and go away with it; the others find that none is opened.
    const opens = at < 4;
    const opened = opens ? page.waitForEvent("popup") : undefined;
    if (at === 4) await page.evaluate(() => Object.assign(window, { open: () => null }));
    await guard.allowing(["popup"], async () => {
      await button.click();
      const tab = await opened;
      await page.getByRole("dialog").getByRole("alert").waitFor();
      if (tab && !tab.isClosed()) await tab.waitForEvent("close");
    });
    await guard.look(page, `a sign-in at ${JSON.stringify(url)}`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }
  count("addresses of a sign-in", ADDRESSES.length);
  await ask("report", report({ revision: 101 }));
}
