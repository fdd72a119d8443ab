/** Every way to answer an approval, by the keyboard, and what whoever comes too late is told. */
import { accessible } from "../axe.mjs";
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
  const uses = async (page, name, input) => {
    await page.getByLabel("Message", { exact: true }).focus();
    await page.keyboard.insertText(`vendor:${JSON.stringify({ tool: { name, input } })}`);
    await page.keyboard.press("Enter");
  };
  const runs = (page, command) => uses(page, "Bash", { command });
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

  // What is asked is answered by a choice, by several, or in own words.
  const options = ["Blue", "Red"].map((label) => ({ label, description: `${label} flowers` }));
  await uses(ada, "AskUserQuestion", {
    questions: [
      { question: "Which colour?", header: "Colour", options, multiSelect: false },
      { question: "Which beds?", header: "Beds", options, multiSelect: true },
    ],
  });
  const [colour, beds] = ["Which colour?", "Which beds?"].map((name) => card.getByRole("group", { name }));
  await colour.getByLabel(/Own words/).fill("somewhat violet");
  await beds.getByLabel(/^Blue/).press("Space");
  await beds.getByLabel(/^Red/).press("Space");
  await picture(ada, "questions");
  await accessible(ada, "questions");
  await presses(card, "Answer");
  await conversation.getByText(/You said: .*somewhat violet.*Blue, Red/).waitFor();

  // A plan is read, and followed by the mode that somebody chooses with it.
  await ada.getByRole("button", { name: /^Mode:/ }).press("Enter");
  await ada.getByRole("menuitemradio", { name: "Plan", exact: true }).press("Enter");
  await ada.getByRole("button", { name: "Mode: Plan" }).waitFor();
  await uses(ada, "ExitPlanMode", { plan: "# The bed\n\n1. Dig\n2. Sow" });
  await card.getByRole("region", { name: "Plan" }).getByRole("heading", { name: "The bed" }).waitFor();
  await picture(ada, "a-plan");
  await accessible(ada, "a plan");
  await presses(card, "Begin, and ask first");
  await ada.getByRole("button", { name: "Mode: Ask first" }).waitFor();

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
        // Where the other one was quicker there is nothing left to press.
        page
          .getByRole("main")
          .getByRole("region", { name: session, exact: true })
          .getByRole("button", { name: "Allow", exact: true })
          .press("Enter", { timeout: 3_000 })
          .catch(() => {}),
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
