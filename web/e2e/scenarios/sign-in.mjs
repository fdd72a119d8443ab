/** The seven steps of docs/authentication.md, as they are written there, and what the browser never sees. */
import { accessible } from "../axe.mjs";
import { coreInSettings, logIn, signIn } from "../people.mjs";

export default async function ({ person, picture, password, told }) {
  const page = await person();
  const answers = [];
  page.on("response", (response) => {
    // A stream has no end to wait for; what it tells of a Core is what the list says.
    const streams = response.headers()["content-type"]?.startsWith("text/event-stream");
    if (!streams && new URL(response.url()).pathname.startsWith("/api/")) answers.push(response.text().catch(() => ""));
  });
  await logIn(page, "ada", password);
  await page.getByRole("heading", { name: "Sign it in with Claude" }).waitFor();
  await accessible(page, "the start");
  await picture(page, "before");
  let step = 0;
  await signIn(page, told.core, "ada", async () => {
    step += 1;
    await picture(page, `sign-in-${step}`);
    await accessible(page, "the dialog");
  });
  const place = coreInSettings(page, told.core);
  await place.getByText(told.email).waitFor();
  await place.getByRole("button", { name: "Details" }).click();
  await place.getByText("user:inference").first().waitFor();
  await picture(page, "signed-in");
  await accessible(page, "the Cores tab");
  const leaked = (await Promise.all(answers)).find((text) => text.includes("sk-ant-"));
  if (leaked !== undefined) throw new Error(`a token reached the browser: ${leaked}`);
}
