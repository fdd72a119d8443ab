/** One revokes a Core; another, who works on it, sees it in place, and goes on with the next Core. */
import { accessible } from "../axe.mjs";
import { coreInSettings, logIn, makeWorkspace } from "../people.mjs";

export default async function ({ person, picture, password, told }) {
  const ben = await person();
  await logIn(ben, "ben", password);
  const conversations = [];
  for (const core of told.cores) {
    const page = conversations.length === 0 ? ben : await ben.context().newPage();
    await page.goto("/");
    await makeWorkspace(page, core, "garden");
    await page.getByRole("button", { name: "New session" }).click();
    await page.getByLabel("Message", { exact: true }).fill("hello");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByLabel("Conversation").getByText("You said: hello").waitFor();
    conversations.push(page);
  }
  const [lost, kept] = conversations;
  await lost.getByLabel("Message", { exact: true }).fill("I had more to say");

  const ada = await person();
  await logIn(ada, "ada", password);
  await ada.getByRole("link", { name: "Settings", exact: true }).click();
  await coreInSettings(ada, told.cores[0]).getByRole("button", { name: /^More/ }).click();
  await ada.getByRole("menuitem", { name: /Revoke/ }).click();
  const dialog = ada.getByRole("dialog");
  await dialog.getByLabel(/Type its name/).fill(told.cores[0]);
  await accessible(ada, "the question");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await dialog.getByText("The receipt.").waitFor();
  await picture(ada, "receipt");
  await accessible(ada, "the receipt");

  await lost
    .getByText(/revoked/i)
    .first()
    .waitFor();
  await lost.getByLabel("Conversation").getByText("You said: hello").waitFor();
  if ((await lost.getByLabel("Message", { exact: true }).inputValue()) !== "I had more to say") {
    throw new Error("what was typed is gone");
  }
  await picture(lost, "revoked-elsewhere");
  await kept.getByLabel("Message", { exact: true }).fill("still there?");
  await kept.getByRole("button", { name: "Send", exact: true }).click();
  await kept.getByLabel("Conversation").getByText("You said: still there?").waitFor();
  await picture(kept, "the-other-core");

  // It comes back, and with it everything that was said: whoever waited there goes on.
  await dialog.getByRole("button", { name: "Done" }).click();
  await dialog.waitFor({ state: "hidden" });
  await ada.getByText("Revoked Cores").click();
  await ada.getByRole("button", { name: `Restore ${told.cores[0]}` }).click();
  await coreInSettings(ada, told.cores[0]).getByText("Ready", { exact: true }).waitFor();
  await picture(ada, "restored");
  await lost.getByRole("button", { name: "Send", exact: true }).and(lost.locator(":enabled")).click();
  await lost.getByLabel("Conversation").getByText("You said: I had more to say").waitFor();
  await picture(lost, "goes-on");
}
