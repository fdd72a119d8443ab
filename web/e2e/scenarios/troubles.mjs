/** What goes wrong in a day: codes that do not fit, a clone that takes its time, a Core that is away, two Cores at once. */
import { accessible } from "../axe.mjs";
import { approved, coreInSettings, logIn, makeWorkspace } from "../people.mjs";

export default async function ({ person, picture, ask, password, told }) {
  const page = await person();
  const seen = async (what) => {
    await picture(page, what.replaceAll(" ", "-"));
    await accessible(page, what);
  };
  const sidebar = page.getByRole("navigation", { name: "Cores and sessions" });
  await logIn(page, "ada", password);
  await codes(page, seen, told.unsigned);
  await cloned(page, seen, ask, told);
  const answered = await conversed(page);
  await between(page, told, answered);
  await seen("two Cores");
  await away(page, seen, ask, answered);

  // What has not been looked at on the way.
  await page.goto("/settings/keyboard");
  await page.getByRole("heading", { name: "A terminal", exact: true }).waitFor();
  await seen("the keys");
  await page.goto("/settings/appearance");
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.waitForFunction(() => document.documentElement.classList.contains("dark"));
  await seen("the looks");
  await sidebar.getByRole("link", { name: "Condrix" }).click();
  await page.getByRole("main").getByRole("link", { name: told.unsigned }).first().waitFor();
  await seen("the start in the dark");
  await page.goto(answered);
  await page.getByLabel("Conversation").getByText("You said: hello").waitFor();
  await seen("a session in the dark");
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Go to or do something" }).waitFor();
  await seen("the palette in the dark");
}

/** A code is taken when it is whole, belongs here and is the right one; otherwise it is said what to do. */
async function codes(page, seen, core) {
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const hand = async (code) => {
    await dialog.getByLabel("Authorization code").fill(code);
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  let opened = page.waitForEvent("popup");
  await coreInSettings(page, core).getByRole("button", { name: "Sign In with Claude" }).click();
  const [code, state] = (await approved(opened, "ada")).split("#");
  await hand(code);
  await dialog.getByText("This is not the whole code").waitFor();
  await seen("half a code");
  await hand(`${code}#${"x".repeat(state.length)}`);
  await dialog.getByText("This code belongs to another sign-in").waitFor();
  await hand(`${"x".repeat(code.length)}#${state}`);
  await dialog.getByText("Claude refused the code").waitFor();
  await seen("a wrong code");
  opened = page.waitForEvent("popup");
  await dialog.getByRole("button", { name: "Begin again" }).click();
  await hand(await approved(opened, "ada"));
  await dialog.getByText(`“${core}” is ready.`).waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
}

/** Of a clone it is said how far it is, and a session begins in it once it is there. */
async function cloned(page, seen, ask, { keyed, repository }) {
  await page.getByRole("navigation", { name: "Cores and sessions" }).getByRole("link", { name: keyed }).click();
  await page.getByRole("button", { name: "New workspace" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("From a repository").check();
  await dialog.getByLabel("Address").fill(repository);
  await dialog.getByRole("button", { name: "Clone" }).click();
  const progress = page.getByRole("progressbar").first();
  await progress.waitFor();
  await seen("a clone");
  await ask("let the clone on");
  await dialog.getByText("“garden” is ready.").waitFor();
  await dialog.getByRole("button", { name: "Open it" }).click();
  await page.getByRole("heading", { name: "garden", level: 1 }).waitFor();
}

async function conversed(page) {
  await page.getByRole("button", { name: "New session" }).click();
  await page.getByLabel("Message", { exact: true }).fill("hello");
  await page.keyboard.press("Enter");
  await page.getByLabel("Conversation").getByText("You said: hello").waitFor();
  return new URL(page.url()).pathname;
}

/** What is typed goes where the person is: the terminals of a Core that the page has come to do not take it. */
async function between(page, { keyed, unsigned }, session) {
  const sidebar = page.getByRole("navigation", { name: "Cores and sessions" });
  const prompt = page
    .locator(".xterm-rows:visible")
    .getByText(/[$#] *$/)
    .first();
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  for (const core of [keyed, unsigned]) {
    await sidebar.getByRole("link", { name: core }).first().click();
    await page.getByRole("button", { name: "New terminal" }).first().click();
    await prompt.waitFor();
  }
  await makeWorkspace(page, unsigned, "kitchen");
  await sidebar.locator(`a[href="${session}"]`).click();
  const message = page.getByLabel("Message", { exact: true });
  await message.focus();
  await page.getByText("Live", { exact: true }).waitFor();
  await prompt.waitFor();
  await page.keyboard.type("for the session");
  if ((await message.inputValue()) !== "for the session") throw new Error("a terminal took what was typed");
  await page.reload();
  await page.getByText("Live", { exact: true }).waitFor();
  await prompt.waitFor();
  if ((await message.inputValue()) !== "for the session") throw new Error("what was typed is gone");
  await message.fill("");
  // Whoever opens it wants to type there.
  await page.getByRole("button", { name: "Close the panel" }).click();
  await page.keyboard.press("Control+`");
  await page.locator(".xterm-helper-textarea:focus").waitFor();
  await page.getByRole("button", { name: "Close the panel" }).click();
}

/** A page of a Core that is away says so, and goes on by itself. */
async function away(page, seen, ask, session) {
  await ask("kill the agent");
  await page.goto(session);
  await page.getByText("The Core of this session is offline.").waitFor();
  await seen("a Core that is away");
  await ask("start the agent");
  await page.getByLabel("Conversation").getByText("You said: hello").waitFor();
  await page.getByLabel("Message", { exact: true }).fill("there again");
  await page.keyboard.press("Enter");
  await page.getByLabel("Conversation").getByText("You said: there again").waitFor();
}
