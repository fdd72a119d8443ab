import { logIn } from "../people.mjs";

const NAME = "grace";
const PASSWORD = "nine times out of ten";

export default async function ({ person, picture, told, password }) {
  const page = await person();
  await page.goto(told.link);
  await page.getByRole("heading", { name: "Make yourself a user" }).waitFor();
  if (page.url().includes("token=")) throw new Error("the token stays in the address");
  await picture(page, "set-up");
  await page.getByLabel("Name").fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(`${PASSWORD}.`);
  await page.getByText("The two are not the same.").waitFor();
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { name: `Hello, ${NAME}` }).waitFor();
  await page.getByText("No Core is paired yet.").waitFor();
  await picture(page, "home");

  // A wrong address is told by a page, which leads back.
  await page.goto("/cores/nothing/like/it");
  await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
  await picture(page, "lost");
  await page.getByRole("link", { name: "To the start" }).click();
  await page.getByText("No Core is paired yet.").waitFor();

  // The link works once.
  const late = await person();
  await late.goto(told.link);
  await late.getByLabel("Name").fill("mallory");
  await late.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await late.getByLabel("Password again").fill(PASSWORD);
  await late.getByRole("button", { name: "Begin" }).click();
  await late.getByRole("heading", { name: "This link does not work" }).waitFor();

  await page.getByRole("button", { name: NAME }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in to Condrix" }).waitFor();
  // Where somebody wanted to go is where they come to.
  await page.goto("/settings/account");
  await page.getByLabel("Name").fill(NAME);
  await page.getByLabel("Password").fill("guessed wrong again");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").getByText("The name or password is wrong").waitFor();
  await picture(page, "refused");
  await page.getByLabel("Password").fill(PASSWORD);
  // Guessing is slowed down, and honest mistakes with it: the button says for how long, and what was typed stays.
  const arrived = page.waitForURL("**/settings/account").then(() => true);
  const slowed = () =>
    page
      .getByRole("button", { name: /Try again in/ })
      .waitFor()
      .then(
        () => false,
        () => false,
      );
  do await page.getByRole("button", { name: "Log in" }).click();
  while (!(await Promise.race([arrived, slowed()])));

  // A login that was ended elsewhere says so, over a page that stays.
  await logIn(late, "ada", password);
  await late.goto("/settings/account");
  const elsewhere = await person();
  await logIn(elsewhere, "ada", password);
  await elsewhere.goto("/settings/account");
  await elsewhere.getByRole("button", { name: /^End/ }).first().click();
  const dialog = late.getByRole("dialog", { name: "Your login has ended" });
  await dialog.waitFor();
  await picture(late, "ended");
  await dialog.getByLabel("Password").fill(password);
  await dialog.getByRole("button", { name: /Log in/ }).click();
  await dialog.waitFor({ state: "hidden" });
}
