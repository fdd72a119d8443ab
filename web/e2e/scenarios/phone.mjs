/** A day with nothing but a phone: signing in to it all, talking, approving, and a terminal. */
import { accessible } from "../axe.mjs";
import { fits } from "../fits.mjs";
import { logIn } from "../people.mjs";

const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

export default async function ({ person, picture, password, told }) {
  const page = await person(PHONE);
  const seen = async (what) => {
    await picture(page, what.replaceAll(" ", "-"));
    await fits(page, what);
    await accessible(page, what);
  };
  await page.goto("/login");
  await seen("the login");
  await logIn(page, "ada", password);
  await page.getByRole("main").getByRole("button", { name: "Make a workspace" }).waitFor();
  await seen("the home page");

  // Cores and sessions are behind a button, and out of the way once one is chosen.
  const drawer = page.getByRole("navigation", { name: "Cores and sessions" });
  const open = async (name) => {
    await page.getByRole("button", { name: "Cores and sessions" }).tap();
    await drawer.getByRole("link", { name }).tap();
    await drawer.waitFor({ state: "hidden" });
  };
  await page.getByRole("button", { name: "Cores and sessions" }).tap();
  await drawer.waitFor();
  await seen("the sidebar");
  await drawer.getByRole("link", { name: told.core }).tap();
  await drawer.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "New workspace" }).tap();
  await page.getByRole("dialog").getByLabel("Name").fill("garden");
  await seen("a new workspace");
  await page.getByRole("dialog").getByRole("button", { name: /^Make/ }).tap();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByLabel("Name of the new session").fill("Weeding");
  await seen("a workspace");
  await page.getByRole("button", { name: "New session" }).tap();

  const say = async (text) => {
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).tap();
  };
  const conversation = page.getByLabel("Conversation");
  const wide = `| ${"a long heading | ".repeat(8)}\n|${"---|".repeat(8)}\n| ${"cell | ".repeat(8)}\n\n\`\`\`rust\n${"let far = away; ".repeat(20)}\n\`\`\`\n\nThe end of it.`;
  await say(`vendor:${JSON.stringify({ say: { chunks: [wide] } })}`);
  await conversation.getByText("The end of it.", { exact: true }).waitFor();
  await seen("an answer that is wide");
  await say(
    `vendor:${JSON.stringify({ tool: { name: "Bash", input: { command: "echo weeded > bed.txt && cat bed.txt" } } })}`,
  );
  await conversation.getByRole("button", { name: "Allow", exact: true }).waitFor();
  await seen("a question");
  await open(/Inbox/);
  const card = page.getByRole("main").getByRole("region", { name: /^Weeding/ });
  await card.getByText("echo weeded").waitFor();
  await seen("the inbox");
  await card.getByRole("button", { name: "Allow", exact: true }).tap();
  await open("Weeding");
  await conversation.getByText("You said: weeded").waitFor();
  await seen("an answer");

  // A phone has no Escape, no Tab and no Ctrl: the terminal brings them.
  await page.getByRole("button", { name: "Terminal", exact: true }).tap();
  await page.getByRole("button", { name: "New terminal" }).first().tap();
  const screen = page.locator(".xterm-rows:visible");
  await screen
    .getByText(/[$#] *$/)
    .first()
    .waitFor();
  await page.locator(".xterm:visible").tap();
  // A touch counts a moment after it has ended.
  await page.locator(".xterm textarea:focus").waitFor({ state: "attached" });
  await page.keyboard.type("sleep 1000");
  await page.keyboard.press("Enter");
  const keys = page.getByRole("toolbar", { name: "Keys" });
  await keys.getByRole("button", { name: /^Ctrl/ }).tap();
  await page.keyboard.type("c");
  await screen.getByText("^C").waitFor();
  await page.keyboard.type("echo still-$((1+1))");
  await page.keyboard.press("Enter");
  await screen.getByText("still-2").waitFor();
  await keys.getByRole("button", { name: "Up" }).tap();
  await screen.getByText("echo still-$((1+1))").nth(1).waitFor();
  await seen("a terminal");
  await page
    .getByRole("button", { name: /Close|Hide/ })
    .first()
    .tap();
  await open("Settings");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await seen("the settings");
}
