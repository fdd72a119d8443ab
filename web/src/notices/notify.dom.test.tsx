import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const made: string[] = [];
class Works {
  static permission = "granted";
  onclick = () => {};
  close = () => {};
  constructor(title: string) {
    made.push(title);
  }
}
/** As Chrome has it on Android. */
class Throws {
  static permission = "granted";
  constructor() {
    throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.");
  }
}

beforeEach(() => {
  vi.resetModules();
  made.length = 0;
  localStorage.setItem("condrix.notify", "on");
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a window that has the focus tells nothing, and one that is only seen does", async () => {
  vi.stubGlobal("Notification", Works);
  const { notify } = await import("./notify");
  expect(document.visibilityState).toBe("visible");
  await notify("A turn has ended", "", "s", () => {});
  vi.mocked(document.hasFocus).mockReturnValue(true);
  await notify("An approval waits", "", "s", () => {});
  expect(made).toEqual(["A turn has ended"]);
});

test("where the browser lets no page make one nothing breaks, and the setting says that there are none", async () => {
  vi.stubGlobal("Notification", Throws);
  const { notify, wish } = await import("./notify");
  const { NotificationsSetting } = await import("./notifications-setting");
  expect(wish()).toBe("on");
  await notify("A turn has ended", "", "s", () => {});
  expect(wish()).toBe("unavailable");
  render(<NotificationsSetting />);
  expect(screen.getByRole("status").textContent).toBe("This browser has no notifications for pages like this one.");
  expect(screen.getByRole<HTMLInputElement>("checkbox").disabled).toBe(true);
});
