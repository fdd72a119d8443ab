/** A session's whole life, by the keyboard: from its first word until it is deleted. */
import { readFile } from "node:fs/promises";
import { logIn, makeWorkspace } from "../people.mjs";

/** Four pixels by two. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR42mPQqLCBIwZkDgBY2gbhR69VwQAAAABJRU5ErkJggg==";

export default async function ({ person, picture, password, told }) {
  const page = await person();
  await logIn(page, "ada", password);
  await makeWorkspace(page, told.core, "garden");
  await page.getByLabel("Name of the new session").fill("Sowing");
  await page.keyboard.press("Enter");
  const named = (name) => page.getByRole("heading", { name: new RegExp(`^${name}`), level: 1 });
  await named("Sowing").waitFor();
  const conversation = page.getByLabel("Conversation");
  const message = page.getByLabel("Message", { exact: true });
  const says = async (text) => {
    await message.focus();
    await page.keyboard.insertText(text);
    await page.keyboard.press("Enter");
  };
  await says("marigolds by the wall");
  await conversation.getByText("You said: marigolds by the wall").waitFor();

  // What Claude Code offers is completed.
  await message.focus();
  await page.keyboard.type("/");
  const commands = page.getByRole("listbox", { name: "Commands" });
  await commands.getByRole("option").nth(1).waitFor();
  await page.keyboard.press("ArrowDown");
  const second = await commands.getByRole("option", { selected: true }).locator("span").first().textContent();
  await picture(page, "commands");
  await page.keyboard.press("Enter");
  await commands.waitFor({ state: "hidden" });
  const written = await message.inputValue();
  if (!/^\/\S+ $/.test(written) || !second.startsWith(written.trim())) {
    throw new Error(`“${second}” was chosen, “${written}” is written`);
  }
  await message.fill("");

  // What is sent while Claude works waits for its turn, and comes to it when that is interrupted.
  await says(`vendor:${JSON.stringify({ say: { numbered: 100_000, pace: { every: 20 } } })}`);
  await conversation.getByText(/\b1 2 3\b/).waitFor();
  await says("then the beans");
  await conversation
    .getByRole("article")
    .filter({ hasText: "then the beans" })
    .getByText("Waits for its turn")
    .waitFor();
  await picture(page, "waits-for-its-turn");
  await page.keyboard.press("Escape");
  await conversation.getByText("Interrupted by ada").waitFor();
  await conversation.getByText("You said: then the beans").waitFor();

  // A picture is pasted and another one dropped, and everybody sees them from then on.
  await message.focus();
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const holding = (name) => {
      const data = new DataTransfer();
      data.items.add(new File([bytes], name, { type: "image/png" }));
      return data;
    };
    const options = { bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: holding("bed.png"), ...options }),
    );
    document
      .querySelector("[aria-label=Conversation]")
      .dispatchEvent(new DragEvent("drop", { dataTransfer: holding("fence.png"), ...options }));
    // One that misses the conversation leaves the page as it is.
    const missed = new DragEvent("drop", { dataTransfer: holding("shed.png"), ...options });
    document.querySelector("nav").dispatchEvent(missed);
    if (!missed.defaultPrevented) throw new Error("a file that is dropped beside the conversation opens itself");
  }, PICTURE);
  for (const name of ["bed.png", "fence.png"]) await page.getByRole("img", { name }).waitFor();
  await says("how the bed looks");
  await conversation.getByText("You said: how the bed looks").waitFor();
  const pictures = conversation.getByRole("link", { name: "Picture, 4 by 2" }).locator("img");
  await pictures.nth(1).waitFor();
  const thumbnail = pictures.first();
  await thumbnail.waitFor();
  await page.waitForFunction((image) => image.complete && image.naturalWidth === 4, await thumbnail.elementHandle());
  await picture(page, "picture");

  // How it works from now on.
  const chooses = async (button, choice) => {
    await page.getByRole("button", { name: button }).press("Enter");
    await page.getByRole("menuitemradio", { name: choice, exact: true }).press("Enter");
  };
  await chooses(/^Model:/, "Sonnet");
  await page.getByRole("button", { name: "Model: Sonnet" }).waitFor();
  await chooses(/^Mode:/, "Accept edits");
  await page.getByRole("button", { name: "Mode: Accept edits" }).waitFor();
  await says("and under a new model");
  await conversation.getByText("You said: and under a new model").waitFor();

  await page.keyboard.press("F2");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Sowing in May");
  await page.keyboard.press("Enter");
  await named("Sowing in May").waitFor();
  const sidebar = page.getByRole("navigation", { name: "Cores and sessions" });
  await sidebar.getByRole("link", { name: "Sowing in May" }).waitFor();

  const more = async (what) => {
    await page.getByRole("button", { name: "More about this session" }).press("Enter");
    await page.getByRole("menuitem", { name: what }).press("Enter");
  };
  const saved = page.waitForEvent("download");
  await more("Export as Markdown");
  const file = await saved;
  if (file.suggestedFilename() !== "Sowing in May.md") throw new Error(`it is saved as ${file.suggestedFilename()}`);
  const text = await readFile(await file.path(), "utf8");
  for (const part of ["marigolds by the wall", "then the beans", "You said: and under a new model"]) {
    if (!text.includes(part)) throw new Error(`“${part}” is not in what is exported`);
  }

  // A fork has the same past and a future of its own.
  const original = new URL(page.url()).pathname;
  await more("Fork");
  await page.waitForURL((url) => url.pathname !== original && url.pathname.includes("/sessions/"));
  await conversation.getByText("You said: and under a new model").waitFor();
  await named("Sowing in May \\(fork\\)").waitFor();
  await says("only in the fork");
  await conversation.getByText("You said: only in the fork").waitFor();
  await picture(page, "fork");

  // Somewhere else, by a few letters of its name.
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Go to or do something" }).waitFor();
  await page.keyboard.type("sowing in may");
  await page
    .getByRole("option", { name: /^Sowing in May garden/ })
    .first()
    .waitFor();
  await picture(page, "palette");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sessions\//);
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Go to or do something" }).waitFor();
  await page.keyboard.type("inbox");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/inbox");

  // What was said is found, and leads to where it was said.
  await sidebar.getByRole("link", { name: "garden", exact: true }).press("Enter");
  await page.getByLabel("Search what was said in this workspace").fill("marigolds");
  const hit = page
    .getByRole("main")
    .getByRole("link", { name: /Sowing in May ada.*marigolds/ })
    .first();
  await hit.press("Enter");
  await page.waitForURL(`**${original}?at=*`);
  await conversation.locator(":focus").getByText("marigolds by the wall").waitFor();
  await picture(page, "found");
  if ((await conversation.getByText("only in the fork").count()) > 0) throw new Error("a fork writes into its origin");

  // Out of the way, back again, and gone.
  await more("Archive");
  await page.getByText("Archived", { exact: true }).waitFor();
  await sidebar.getByRole("link", { name: "garden", exact: true }).press("Enter");
  const sessions = page.getByRole("region", { name: "Sessions" });
  await sessions.getByRole("button", { name: "Archive" }).press("Enter");
  await sessions.getByRole("link", { name: /^Sowing in May/ }).press("Enter");
  await page.getByText("Archived", { exact: true }).waitFor();
  await picture(page, "archived");
  await more("Take it out of the archive");
  await page.getByText("Archived", { exact: true }).waitFor({ state: "hidden" });
  await says("back in the sun");
  await conversation.getByText("You said: back in the sun").waitFor();
  await more("Remove…");
  await page.getByRole("dialog").getByRole("button", { name: "Remove it" }).press("Enter");
  await page.waitForURL("**/workspaces/*");
  await sessions.getByRole("button", { name: "Sessions" }).waitFor();
  await sessions.getByRole("link").first().waitFor();
  const left = await sessions.getByRole("link").count();
  if (left !== 1) throw new Error(`${left} sessions are left: the fork alone should be`);
  await page.goto(original);
  await page.getByText("There is nothing here").waitFor();
}
