/** Every way to answer an approval, by the keyboard, and what whoever comes too late is told. */
import { logIn, makeWorkspace } from "../people.mjs";

/** News of a server can be held back in this page, as a slow network does. */
function slowNews() {
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function () {
    const chunk = await read.call(this);
    await window.news_held;
    return chunk;
  };
}

const hold = (page) =>
  page.evaluate(() => {
    window.news_held = new Promise((resolve) => {
      window.let_news_in = resolve;
    });
  });
const letIn = (page) => page.evaluate(() => window.let_news_in());

export default async function ({ person, picture, password, told }) {
  const ada = await person();
  await ada.addInitScript(slowNews);
  await logIn(ada, "ada", password);
  await makeWorkspace(ada, told.core, "garden");
  await ada.getByLabel("Name of the new session").fill("Digging");
  await ada.keyboard.press("Enter");
  await ada.getByRole("heading", { name: /^Digging/ }).waitFor();
  const conversation = ada.getByLabel("Conversation");
  const card = conversation.getByRole("region", { name: /waits for an answer/ });
  const runs = async (page, command) => {
    await page.getByLabel("Message", { exact: true }).focus();
    const tool = { tool: { name: "Bash", input: { command } } };
    await page.keyboard.insertText(`vendor:${JSON.stringify(tool)}`);
    await page.keyboard.press("Enter");
  };
  const presses = (place, name) => place.getByRole("button", { name, exact: true }).press("Enter");

  // No, and why: the model reads it.
  await runs(ada, "echo one > bed.txt && cat bed.txt");
  await presses(card, "Deny");
  await ada.keyboard.type("not in this bed");
  await picture(ada, "why-not");
  await ada.keyboard.press("Tab");
  await ada.keyboard.press("Enter");
  await conversation.getByText("denied by ada").waitFor();
  await conversation.getByText(/You said: .*not in this bed/).waitFor();

  // Something else than what was asked for.
  await runs(ada, "echo two > bed.txt && cat bed.txt");
  await presses(card, "Edit");
  await ada.keyboard.press("ControlOrMeta+a");
  await ada.keyboard.type("echo three > bed.txt && cat bed.txt");
  await picture(ada, "edited");
  await ada.keyboard.press("Tab");
  await ada.keyboard.press("Enter");
  await conversation.getByText("You said: three").waitFor();
  await conversation.getByRole("button", { name: /^Bash.*allowed by ada/ }).press("Enter");
  await conversation.getByText("ada allowed it as edited.").waitFor();

  // Once for the session: nobody is asked the second time.
  await runs(ada, "echo four > bed.txt && cat bed.txt");
  await presses(card, "Allow for this session");
  await conversation.getByText("You said: four").waitFor();
  await runs(ada, "echo four > bed.txt && cat bed.txt");
  await conversation.getByText("You said: four").nth(1).waitFor();

  // The other one is quicker, and the news of it comes late.
  const ben = await person();
  await logIn(ben, "ben", password);
  await ben.getByRole("navigation", { name: "Cores and sessions" }).getByRole("link", { name: "Digging" }).click();
  await runs(ada, "echo five > bed.txt && cat bed.txt");
  await card.getByText("echo five").waitFor();
  await hold(ada);
  await presses(ben.getByLabel("Conversation"), "Allow");
  await ben.getByLabel("Conversation").getByText("You said: five").waitFor();
  await presses(card, "Allow");
  await card.getByText("Too late: ben has already allowed it.").waitFor();
  await picture(ada, "too-late");
  await stands(ada);
  await letIn(ada);
  await conversation.getByText("You said: five").waitFor();
  await conversation.getByText("allowed by ben").waitFor();

  // Two wait in the inbox, and both people answer both at once.
  const workspace = ada.getByRole("main").getByRole("link", { name: "garden", exact: true });
  await workspace.press("Enter");
  await ada.getByLabel("Name of the new session").fill("Raking");
  await ada.keyboard.press("Enter");
  await ada.getByRole("heading", { name: /^Raking/ }).waitFor();
  await runs(ada, "echo six > path.txt && cat path.txt");
  await runs(ben, "echo seven > bed.txt && cat bed.txt");
  const both = [ada, ben];
  const cards = both.map((page) => page.getByRole("main").getByRole("region", { name: /waits for an answer/ }));
  for (const [at, page] of both.entries()) {
    await page
      .getByRole("navigation", { name: "Cores and sessions" })
      .getByRole("link", { name: /Inbox/ })
      .press("Enter");
    for (const command of ["echo six", "echo seven"]) await cards[at].getByText(command).waitFor();
  }
  await picture(ada, "two-wait");
  for (const session of ["Digging", "Raking"]) {
    await Promise.all(
      both.map((page) =>
        presses(page.getByRole("main").getByRole("region", { name: session, exact: true }), "Allow").catch(() => {}),
      ),
    );
  }
  for (const page of both) {
    await page.getByText("Nothing waits for you.").waitFor();
    await stands(page);
  }
  await ada
    .getByRole("navigation", { name: "Cores and sessions" })
    .getByRole("link", { name: "Raking" })
    .press("Enter");
  await conversation.getByText("You said: six").waitFor();
}

/** Nothing on the page turns. */
async function stands(page) {
  const turning = page.getByRole("main").locator("[aria-busy=true], .animate-spin");
  await turning.first().waitFor({ state: "hidden", timeout: 3_000 });
}
