/** A terminal through a lost network and a reload: every line is there, once. */
import { accessible } from "../axe.mjs";
import { logIn } from "../people.mjs";

const LINES = 400;

export default async function ({ person, picture, ask, password }) {
  const page = await person();
  await logIn(page, "ada", password);
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await page.getByRole("button", { name: "New terminal" }).first().click();
  const screen = page.locator(".xterm-rows:visible");
  const types = async (text) => {
    await page.locator(".xterm:visible").click();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  };
  // A prompt: somebody listens.
  await screen
    .getByText(/[$#] *$/)
    .first()
    .waitFor();
  await types(`for i in $(seq 1 ${LINES}); do echo "row $i."; sleep 0.01; done; echo all-$((40+2))`);
  await screen.getByText("row 40.").waitFor();
  await page.context().setOffline(true);
  await page.getByText("You are offline. Messages you write").waitFor();
  await picture(page, "offline");
  await page.context().setOffline(false);
  await screen.getByText("all-42").waitFor();
  await everyLine(page);
  await picture(page, "after-the-network");
  await accessible(page, "a terminal");
  await page.reload();
  await screen.getByText("all-42").waitFor();
  await everyLine(page);
  // The command names `row $i.` once; each line of its output is another.
  await page.keyboard.press("Control+Shift+F");
  await page.getByLabel("Find in the terminal").fill("row ");
  await page
    .getByRole("status")
    .filter({ hasText: new RegExp(`\\b${LINES + 1}\\b`) })
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  // The agent is killed: the terminal outlives it, and goes on where it was.
  await ask("kill the agent");
  await page.getByText("Connecting", { exact: true }).waitFor();
  await picture(page, "without-the-agent");
  await ask("start the agent");
  await page.getByText("Live", { exact: true }).waitFor();
  await types("echo still-$((1+1))");
  await screen.getByText("still-2").waitFor();
  await picture(page, "after-the-agent");
}

/** Copies all that the terminal has shown: each line of the output is there, once and in its place. */
async function everyLine(page) {
  const screen = page.locator(".xterm-screen:visible");
  const turn = async (key) => {
    for (let lines = 0; lines < 2 * LINES; lines += 20) await page.keyboard.press(`Shift+${key}`);
  };
  await screen.click({ position: { x: 2, y: 2 } });
  await turn("PageUp");
  await screen.click({ position: { x: 2, y: 2 } });
  await turn("PageDown");
  const { width, height } = await screen.boundingBox();
  await screen.click({ position: { x: width - 2, y: height - 2 }, modifiers: ["Shift"] });
  await page.keyboard.press("Control+Shift+C");
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const rows = text.split(/\r?\n/).filter((line) => /^row \d/.test(line));
  const wanted = Array.from({ length: LINES }, (_, at) => `row ${at + 1}.`);
  const wrong = wanted.findIndex((line, at) => rows[at]?.trimEnd() !== line);
  if (wrong >= 0 || rows.length !== LINES) {
    const around = rows.slice(Math.max(0, wrong - 2), wrong + 3).join(" ");
    throw new Error(`${rows.length} of ${LINES} lines are there; where “${wanted[wrong]}” should be: ${around}`);
  }
}
