/** Two people and a conversation: streamed, approved by the other one, reloaded in mid-answer. */
import { accessible } from "../axe.mjs";
import { logIn, makeWorkspace } from "../people.mjs";

const say = (page) => async (text) => {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
};

export default async function ({ person, picture, ask, password, told }) {
  const ada = await person();
  await logIn(ada, "ada", password);
  await makeWorkspace(ada, told.core, "garden");
  await ada.getByLabel("Name of the new session").fill("Planting");
  await ada.getByRole("button", { name: "New session" }).click();
  await say(ada)("hello");
  const conversation = ada.getByLabel("Conversation");
  await conversation.getByText("You said: hello").waitFor();
  await picture(ada, "answered");
  await accessible(ada, "a conversation");

  // What is typed and not sent is there after a reload.
  await ada.getByLabel("Message", { exact: true }).fill("not yet");
  await ada.reload();
  await conversation.getByText("You said: hello").waitFor();
  if ((await ada.getByLabel("Message", { exact: true }).inputValue()) !== "not yet")
    throw new Error("the draft is lost");

  // Somebody else sees what waits, and decides.
  const ben = await person();
  await logIn(ben, "ben", password);
  const tool = { tool: { name: "Bash", input: { command: "echo planted > flower.txt && cat flower.txt" } } };
  await say(ada)(`vendor:${JSON.stringify(tool)}`);
  await conversation.getByText("echo planted > flower.txt").first().waitFor();
  await ben.getByRole("navigation", { name: "Cores and sessions" }).getByRole("link", { name: /Inbox/ }).click();
  const card = ben.getByRole("main").getByRole("region", { name: /waits for an answer/ });
  await card.getByText("echo planted > flower.txt").waitFor();
  await picture(ben, "inbox");
  await accessible(ben, "the inbox");
  await picture(ada, "asked");
  await accessible(ada, "an approval");
  await card.getByRole("button", { name: "Allow", exact: true }).click();
  await conversation.getByText(/ben/).first().waitFor();
  await conversation.getByText("You said: planted").first().waitFor();
  await picture(ada, "allowed");

  // A reload in mid-answer loses nothing of it, for nobody.
  await ben.getByRole("navigation", { name: "Cores and sessions" }).getByRole("link", { name: "Planting" }).click();
  const answer = { say: { thinking: "", numbered: 60, pace: { gate: "slow" } } };
  await say(ada)(`vendor:${JSON.stringify(answer)}`);
  await ask("release", 30);
  await conversation.getByText(/\b29 30\b/).waitFor();
  await ada.reload();
  await conversation.getByText(/\b29 30\b/).waitFor();
  await picture(ada, "mid-answer");
  await ask("release", 40);
  for (const reader of [ada, ben]) {
    const whole = Array.from({ length: 60 }, (_, at) => at + 1).join(" ");
    await reader.getByLabel("Conversation").getByText(whole).waitFor();
  }
  await picture(ben, "both");
}
