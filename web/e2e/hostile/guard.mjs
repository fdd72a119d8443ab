/** Sees whether anything that a Core says has done anything at all. */
import { audit } from "./audit.mjs";

export class Guard {
  #seen = [];
  #before;
  /** What a person did opens something: not the content. */
  #allowed = new Set();

  static async over(page, ask) {
    const guard = new Guard();
    const context = page.context();
    await context.exposeFunction("canary", (what) => guard.note(`script ran: ${what}`));
    await context.exposeFunction("violated", (what) => guard.note(`the policy was broken: ${what}`));
    await context.exposeFunction("noted", (what) => guard.#note(what));
    await context.addInitScript(watchWithin);
    await context.route(isPage, reportsAtOnce);
    context.on("page", (it) => guard.#watch(it));
    guard.#watch(page);
    guard.context = context;
    guard.ask = ask;
    return guard;
  }

  /** With pages as they come: one that was changed on its way opens no socket here. What is violated the page itself tells. */
  async unchanged(act) {
    await this.context.unroute(isPage, reportsAtOnce);
    try {
      return await act();
    } finally {
      await this.context.route(isPage, reportsAtOnce);
    }
  }

  note(text) {
    this.#seen.push(text);
  }

  #note(what) {
    if (!this.#allowed.has(what)) this.note(`a page used ${what}`);
  }

  #watch(page) {
    page.on("dialog", (dialog) => {
      this.note(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    page.on("popup", (popup) => {
      if (!this.#allowed.has("popup")) this.note(`a window: ${popup.url()}`);
    });
    page.on("download", (download) => {
      if (!this.#allowed.has("download")) this.note(`a download: ${download.url()}`);
    });
    page.on("frameattached", () => this.note("a frame"));
    page.on("worker", (worker) => this.note(`a worker: ${worker.url()}`));
    page.on("framenavigated", (frame) => {
      const { protocol, host } = new URL(frame.url());
      if (protocol !== "about:" && protocol !== "chrome-error:" && host !== this.host)
        this.note(`it went to ${frame.url()}`);
    });
  }

  async begin(page) {
    this.host = new URL(page.url()).host;
    this.#before = await this.#kept(page);
    await this.allowing(["the clipboard to write"], () =>
      page.evaluate(() => navigator.clipboard.writeText("untouched")),
    );
    this.taken();
  }

  /** While a person does something that may do this. */
  async allowing(what, act) {
    for (const each of what) this.#allowed.add(each);
    try {
      return await act();
    } finally {
      for (const each of what) this.#allowed.delete(each);
    }
  }

  /** Nothing has happened, and nothing stands on the page that may not. */
  async look(page, where) {
    for (const fault of await page.evaluate(audit)) this.note(fault);
    this.verdict(where);
  }

  /** What a walk itself has brought about. */
  forget(pattern) {
    this.#seen = this.#seen.filter((text) => !pattern.test(text));
  }

  sees() {
    return this.#seen.length > 0;
  }

  /** What was seen, which is forgotten. */
  taken() {
    return this.#seen.splice(0);
  }

  verdict(where) {
    if (this.#seen.length > 0) throw new Error(`${where}:\n${this.#seen.join("\n")}`);
  }

  /** What a browser keeps for us is what it kept before. */
  async end(page) {
    const clipboard = await this.allowing(["the clipboard"], () => page.evaluate(() => navigator.clipboard.readText()));
    if (clipboard !== "untouched") this.note(`the clipboard has ${clipboard}`);
    const after = await this.#kept(page);
    for (const what of ["cookies", "databases", "caches", "workers"]) {
      if (JSON.stringify(after[what]) !== JSON.stringify(this.#before[what]))
        this.note(`${what}: ${JSON.stringify(after[what])}`);
    }
    for (const [name, value] of after.stored) {
      // What is kept is named by us, and is no word of a Core.
      if (!name.startsWith("condrix.") || /evil|canary/i.test(name + value))
        this.note(`stored: ${name} = ${value.slice(0, 80)}`);
    }
    this.verdict("what is kept");
  }

  async #kept(page) {
    const cookies = (await this.context.cookies())
      .map(({ name, value, domain, path }) => [name, value, domain, path])
      .sort();
    const within = await page.evaluate(async () => ({
      stored: [...Object.entries(localStorage), ...Object.entries(sessionStorage)],
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
    }));
    return { cookies, ...within };
  }
}

/**
 * This browser sends no reports by the newer way to a gateway whose certificate nobody vouches for. Without the word of that
 * way in the policy it sends them by the older one, which stands in the same policy: at once.
 */
async function reportsAtOnce(route) {
  if (route.request().resourceType() !== "document") return route.fallback();
  const response = await route.fetch();
  const { "content-security-policy": policy, "reporting-endpoints": _, ...headers } = response.headers();
  await route.fulfill({
    response,
    headers: { ...headers, "content-security-policy": policy.replace("; report-to csp", "") },
  });
}

const isPage = ({ pathname }) => !/^\/(api|assets)\//.test(pathname);

/** Runs in every page before anything else. */
function watchWithin() {
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    globalThis.violated(`${effectiveDirective} ${blockedURI}`),
  );
  const watched = (object, name, what) => {
    const before = object?.[name];
    if (typeof before !== "function") return;
    Object.defineProperty(object, name, {
      value(...given) {
        globalThis.noted(what);
        return before.apply(this, given);
      },
    });
  };
  for (const name of ["read", "readText"]) watched(globalThis.Clipboard?.prototype, name, "the clipboard");
  for (const name of ["write", "writeText"]) watched(globalThis.Clipboard?.prototype, name, "the clipboard to write");
  watched(Document.prototype, "execCommand", "a command of the editor");
  watched(Navigator.prototype, "sendBeacon", "a beacon");
  watched(Navigator.prototype, "share", "sharing");
  watched(Navigator.prototype, "registerProtocolHandler", "a protocol");
  watched(globalThis, "print", "the printer");
}
