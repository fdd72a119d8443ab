/** What people do at the front door. */

export async function logIn(page, name, password) {
  await page.goto("/login");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: `Hello, ${name}` }).waitFor();
}

/** Signs a Core in as the mission's document says it, from the page on. `account`: whom they are at the vendor. */
export async function signIn(page, core, account) {
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("link", { name: "Cores", exact: true }).click();
  const place = page.getByRole("listitem").filter({ hasText: core });
  const opened = page.waitForEvent("popup");
  await place.getByRole("button", { name: "Sign In with Claude" }).click();
  const vendor = await opened;
  await vendor.getByRole("button", { name: `Approve as ${account}` }).click();
  const code = await vendor.locator("#code").innerText();
  await vendor.close();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/code/i).fill(code);
  await dialog.getByRole("button", { name: /sign in|hand in|submit|continue/i }).click();
  return dialog;
}
