import { expect, test } from "vitest";
import { browserName } from "./browser-name";

test("a browser is called what people call it", () => {
  const kit = "AppleWebKit/537.36 (KHTML, like Gecko)";
  expect(browserName(`Mozilla/5.0 (X11; Linux x86_64) ${kit} Chrome/143.0 Safari/537.36`)).toBe("Chrome on Linux");
  expect(browserName(`Mozilla/5.0 (Windows NT 10.0) ${kit} Chrome/143.0 Safari/537.36 Edg/143.0`)).toBe(
    "Edge on Windows",
  );
  expect(browserName("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe(
    "Firefox on macOS",
  );
  expect(browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1")).toBe(
    "Safari on iPhone",
  );
});

test("what is no known browser is shown as it is, on one line", () => {
  expect(browserName("agent\u202e7\n")).toBe("agent 7");
  expect(browserName("")).toBe("A browser that gave no name");
});
