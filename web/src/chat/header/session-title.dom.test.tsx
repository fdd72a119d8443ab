import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "@/api/schema";
import { SessionTitle } from "./session-title";

afterEach(cleanup);

const session: Session = {
  activity: "idle",
  created_at: "2026-01-01T00:00:00Z",
  created_by: { user: "u1", name: "ada" },
  cursor: "1:1",
  id: "s",
  permission_mode: "default",
  title: "A name",
  updated_at: "2026-01-01T00:00:00Z",
  visibility: "shared",
  workspace: "w",
};

const shown = (beside = <p>Nothing</p>) =>
  render(
    <>
      <SessionTitle session={session} onChange={() => {}} />
      {beside}
    </>,
  );
const field = () => screen.queryByLabelText("The session's name");

test("F2 renames the session", () => {
  shown();
  fireEvent.keyDown(document.body, { key: "F2" });
  expect(field()).not.toBeNull();
});

test("an F2 that was for something else is not for the session's name", () => {
  shown(
    <button type="button" onKeyDown={(event) => event.preventDefault()}>
      A terminal
    </button>,
  );
  fireEvent.keyDown(screen.getByText("A terminal"), { key: "F2" });
  expect(field()).toBeNull();
});

test("nothing behind a dialog is renamed", () => {
  shown(<div role="dialog">Rename the terminal</div>);
  fireEvent.keyDown(screen.getByText("Rename the terminal"), { key: "F2" });
  expect(field()).toBeNull();
});

test("a change of the session does not fetch the focus into its name again", () => {
  const beside = <input aria-label="Message" />;
  const { rerender } = shown(beside);
  fireEvent.keyDown(document.body, { key: "F2" });
  const name = screen.getByLabelText("The session's name");
  expect(document.activeElement).toBe(name);
  const focused = vi.spyOn(name, "focus");
  rerender(
    <>
      <SessionTitle session={{ ...session, activity: "working" }} onChange={() => {}} />
      {beside}
    </>,
  );
  expect(focused).not.toHaveBeenCalled();
});
