/** Sees what no page of ours may do: fail in a script, break the content policy, or speak to somebody else. */
export class Watch {
  #origin;
  #seen = [];
  #expected = [];

  constructor(origin) {
    this.#origin = origin;
  }

  over(context) {
    context.on("weberror", (error) => this.#note(`a script failed: ${error.error().stack}`));
    context.on("console", (message) => {
      // A refusal or a lost connection is in the console by the browser's own doing.
      if (message.type() === "error" && !/^Failed to load resource|WebSocket connection to/.test(message.text())) {
        this.#note(`the console says: ${message.text()}`);
      }
    });
    context.on("request", (request) => {
      const url = new URL(request.url());
      const page = pageOf(request);
      const ours =
        page === undefined || new URL(page.url() === "about:blank" ? this.#origin : page.url()).origin === this.#origin;
      if (ours && !request.isNavigationRequest() && url.origin !== this.#origin && url.protocol !== "data:") {
        this.#note(`a page asked for ${url.href}`);
      }
    });
  }

  /** What a scenario brings about on purpose. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  #note(text) {
    this.#seen.push(text);
  }

  verdict() {
    const unexpected = this.#seen.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
    if (unexpected.length > 0) throw new Error(unexpected.join("\n"));
  }
}

/** Undefined: a service worker's, which belongs to no page. */
function pageOf(request) {
  try {
    return request.frame().page();
  } catch {
    return undefined;
  }
}
