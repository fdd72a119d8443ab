/** What people do at the front door. */

export async function logIn(page, name, password) {
  await page.goto("/login");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: `Hello, ${name}` }).waitFor();
}

/** Signs a Core in as the mission's document says it, from any page on. `account`: whom they are at the vendor. */
export async function signIn(page, core, account, seen = async () => {}) {
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Cores" }).click();
  const place = coreInSettings(page, core);
  const opened = page.waitForEvent("popup");
  await place.getByRole("button", { name: "Sign In with Claude" }).click();
  const code = await approved(opened, account);
  const dialog = page.getByRole("dialog");
  await seen(dialog);
  await dialog.getByLabel("Authorization code").fill(code);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await dialog.getByText(`“${core}” is ready.`).waitFor();
  await seen(dialog);
  await dialog.getByRole("button", { name: "Done" }).click();
}

/** Approves on the vendor's page once it has opened, and brings the code back. */
export async function approved(opened, account) {
  const vendor = await opened;
  await vendor.getByRole("button", { name: `Approve as ${account}` }).click();
  const code = await vendor.locator("#code").textContent();
  await vendor.close();
  return code;
}

/** A Core's place in the list of the settings. */
export function coreInSettings(page, core) {
  return page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: core, exact: true }) });
}

/** Makes an empty workspace on a Core; its page is there then. */
export async function makeWorkspace(page, core, name) {
  await page.getByRole("navigation", { name: "Cores and sessions" }).getByRole("link", { name: core }).click();
  await page.getByRole("button", { name: "New workspace" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: /^(Make)/ }).click();
  await dialog.waitFor({ state: "hidden" });
}
