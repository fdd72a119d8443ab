/** A Core is signed in, and out again: its credentials go, and nobody works with it. */
import { accessible } from "../axe.mjs";
import { coreInSettings, logIn, makeWorkspace, signIn } from "../people.mjs";

export default async function ({ person, picture, password, told }) {
  const page = await person();
  await logIn(page, "ada", password);
  await signIn(page, told.core, "ada");
  const place = coreInSettings(page, told.core);
  await place.getByText(/^Signed in with your/).waitFor();
  const talking = await page.context().newPage();
  await talking.goto("/");
  await makeWorkspace(talking, told.core, "garden");
  await talking.getByRole("button", { name: "New session" }).click();
  await talking.getByLabel("Message", { exact: true }).fill("hello");
  await talking.keyboard.press("Enter");
  await talking.getByLabel("Conversation").getByText("You said: hello").waitFor();

  await place.getByRole("button", { name: /^More/ }).press("Enter");
  await page.getByRole("menuitem", { name: "Sign out of Claude" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: /out of Claude/ });
  await dialog.getByText("The tokens are ended at Claude and deleted on the host.").waitFor();
  await picture(page, "asked");
  await accessible(page, "the question");
  await dialog.getByRole("button", { name: "Sign out", exact: true }).press("Enter");
  await dialog.getByText("Signed out. Claude was told, and the credentials are gone from the host.").waitFor();
  await picture(page, "signed-out");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await place.getByText("Not signed in to Claude").waitFor();

  // What was said stays to be read; nothing more can be.
  await talking.getByLabel("Conversation").getByText("You said: hello").waitFor();
  await talking.getByLabel("Message", { exact: true }).fill("are you there?");
  await talking
    .getByRole("status")
    .getByText(/sign(ed)? in/i)
    .waitFor();
  if (await talking.getByRole("button", { name: "Send", exact: true }).isEnabled()) {
    throw new Error("a message can be sent to a Core that is signed out");
  }
  await picture(talking, "nobody-there");
}
