/** What a program logs in with: shown once, taken away again. */
import { accessible } from "../axe.mjs";
import { logIn } from "../people.mjs";

export default async function ({ person, picture, password }) {
  const page = await person();
  await logIn(page, "ada", password);
  await page.getByRole("link", { name: "Settings", exact: true }).press("Enter");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Account" }).press("Enter");
  const tokens = page.getByRole("region", { name: "API tokens" });
  await tokens.getByText("You have no API token.").waitFor();
  await tokens.getByRole("button", { name: "New token" }).press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").waitFor();
  await page.keyboard.type("nightly build");
  await page.keyboard.press("Enter");
  await dialog.getByText("It is shown only now.").waitFor();
  await dialog.getByRole("button", { name: "Copy the token" }).press("Enter");
  await dialog.getByRole("status").getByText("Copied").waitFor();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  await dialog.getByText(secret, { exact: true }).waitFor();
  await picture(page, "made");
  await accessible(page, "a secret");

  // A program has it, and comes in with it.
  const exchange = () =>
    page.request.post("/api/v1/token", { headers: { authorization: `Bearer ${secret}`, cookie: "" } });
  const first = await exchange();
  if (!first.ok()) throw new Error(`the token is refused: ${await first.text()}`);

  await dialog.getByRole("button", { name: "I have kept it" }).press("Enter");
  await dialog.waitFor({ state: "hidden" });
  const token = tokens.getByRole("listitem").filter({ hasText: "nightly build" });
  await token.waitFor();
  const rest = await page.content();
  await page.reload();
  await token.waitFor();
  if ([rest, await page.content()].some((page) => page.includes(secret))) throw new Error("the secret is shown again");
  await picture(page, "listed");

  await tokens.getByRole("button", { name: "Delete the token nightly build" }).press("Enter");
  await page
    .getByRole("dialog", { name: /nightly build/ })
    .getByRole("button", { name: "Delete" })
    .press("Enter");
  await tokens.getByText("You have no API token.").waitFor();
  const last = await exchange();
  if (last.status() !== 401) throw new Error(`a deleted token is answered with ${last.status()}`);
}
