import { cleanup, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { SettingsPage } from "./settings-page";

let pathname = "/settings/cores";
vi.mock("@tanstack/react-router", () => ({
  Link: ({ to, children }: { to: string; children: ReactNode }) => <a href={to}>{children}</a>,
  Outlet: () => null,
  useLocation: ({ select }: { select: (location: { pathname: string }) => string }) => select({ pathname }),
}));

afterEach(cleanup);

test("the browser's tab is called as the tab of the settings that is open", () => {
  const { rerender } = render(<SettingsPage />);
  expect(document.title).toBe("Cores · Condrix");
  pathname = "/settings/account";
  rerender(<SettingsPage />);
  expect(document.title).toBe("Account · Condrix");
});
