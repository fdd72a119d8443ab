/** Somebody who looks elsewhere is told that a turn has ended, once. */
import { logIn, makeWorkspace } from "../people.mjs";

/** A browser that shows notifications, and a page that nobody looks at while it is told so. */
function standIn() {
  window.told_of = [];
  window.Notification = class {
    static permission = "granted";
    static requestPermission = async () => "granted";
    close = () => {};
    constructor(title, options) {
      window.told_of.push({ title, ...options });
      window.last_told = this;
    }
  };
  Document.prototype.hasFocus = () => !window.looks_elsewhere;
}

export default async function ({ person, picture, password, told }) {
  const page = await person();
  await page.addInitScript(standIn);
  await logIn(page, "ada", password);
  await page.getByRole("link", { name: "Settings", exact: true }).press("Enter");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Appearance" }).press("Enter");
  await page.getByLabel(/^Tell me when a turn of mine ends/).press("Space");
  await picture(page, "wished-for");
  await makeWorkspace(page, told.core, "garden");
  await page.getByLabel("Name of the new session").fill("Watering");
  await page.keyboard.press("Enter");
  const conversation = page.getByLabel("Conversation");
  const sidebar = page.getByRole("navigation", { name: "Cores and sessions" });
  const stands = (how) => sidebar.getByRole("link", { name: `Watering ${how}` }).waitFor();
  // So long that the list has it in between.
  const turn = async (words) => {
    await page.getByLabel("Message", { exact: true }).focus();
    const say = { thinking: "", chunks: [words, "\n\n"], numbered: 20, pace: { every: 50 } };
    await page.keyboard.insertText(`vendor:${JSON.stringify({ say })}`);
    await page.keyboard.press("Enter");
    await stands("Working");
    await stands("Idle");
  };
  const notices = () => page.evaluate(() => window.told_of);

  await turn("while I look on");
  if ((await notices()).length > 0) throw new Error("whoever looks on is told as well");

  await page.evaluate(() => {
    window.looks_elsewhere = true;
  });
  await turn("while I look elsewhere");
  await page.waitForFunction(() => window.told_of.length > 0);
  // What would come twice comes with the next turn's news at the latest.
  await page.evaluate(() => {
    window.looks_elsewhere = false;
  });
  await turn("and here again");
  const all = await notices();
  if (all.length !== 1) throw new Error(`one turn is told ${all.length} times`);
  if (all[0].title !== "A turn has ended" || all[0].body !== `Watering on ${told.core}`) {
    throw new Error(`it is told as ${JSON.stringify(all[0])}`);
  }

  // It leads to what it tells of.
  await sidebar.getByRole("link", { name: /Inbox/ }).press("Enter");
  await page.waitForURL("**/inbox");
  await page.evaluate(() => window.last_told.onclick());
  await conversation.getByText("and here again", { exact: true }).waitFor();
}
