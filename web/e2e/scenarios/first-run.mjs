/** From the printed link to a first answer: a user, a Core that joins, its sign-in, a workspace, a session. */
import { accessible } from "../axe.mjs";
import { approved } from "../people.mjs";

const PASSWORD = "nine times out of ten";

export default async function ({ person, picture, ask, told }) {
  const page = await person();
  const seen = async (what) => {
    await picture(page, what.replaceAll(" ", "-"));
    await accessible(page, what);
  };
  await page.goto(told.link);
  await page.getByLabel("Name").fill("grace");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await seen("the set up");
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { name: "Hello, grace" }).waitFor();
  await page.getByRole("heading", { name: "Pair a first Core" }).waitFor();
  await seen("nothing but a user");

  // What stands there for the host is enough for it, and the Core appears by itself.
  await page.getByRole("main").getByRole("link", { name: "Add a Core" }).click();
  const adding = page.getByRole("dialog", { name: "Add a Core" });
  await adding.getByLabel("Name").fill(told.core);
  await seen("a Core's name");
  await adding.getByRole("button", { name: "Make a pairing token" }).click();
  await adding.getByText("Waiting for the host.").waitFor();
  await seen("what the host is told");
  await adding.getByRole("button", { name: "Copy the token" }).click();
  const token = await page.evaluate(() => navigator.clipboard.readText());
  await ask("the host", {
    gateway: await adding
      .getByText(/^core-agent join \S+$/)
      .first()
      .textContent(),
    token,
  });
  await adding.getByText(`“${told.core}” is paired and online.`).waitFor();
  await seen("a Core that joined");
  await adding.getByRole("button", { name: "Done" }).click();

  await page.getByRole("navigation", { name: "Cores and sessions" }).getByRole("link", { name: "Condrix" }).click();
  const opened = page.waitForEvent("popup");
  await page.getByRole("main").getByRole("button", { name: "Sign In with Claude" }).click();
  const code = await approved(opened, "ada");
  const signing = page.getByRole("dialog");
  await signing.getByLabel("Authorization code").fill(code);
  await signing.getByRole("button", { name: "Sign in", exact: true }).click();
  await signing.getByText(`“${told.core}” is ready.`).waitFor();
  await signing.getByRole("button", { name: "Done" }).click();
  await seen("a Core that can work");

  await page.getByRole("button", { name: "Make a workspace" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("garden");
  await page.getByRole("dialog").getByRole("button", { name: /^Make/ }).click();
  await page.getByRole("button", { name: "New session" }).click();
  await page.getByLabel("Message", { exact: true }).fill("Say hello in one sentence.");
  await page.keyboard.press("Enter");
  await page.getByLabel("Conversation").getByText("You said: Say hello in one sentence.").waitFor();
  await seen("a first answer");
}
