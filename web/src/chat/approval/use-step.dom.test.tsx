import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FormProps } from "./form";
import { PermissionForm } from "./permission-form";
import { QuestionForm } from "./question-form";

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

const props: FormProps = {
  asked: {
    kind: "approval_requested",
    approval: "a1",
    tool: "Bash",
    input: { command: "rm -r build" },
    suggestions: null,
    turn: "t1",
    at: "2026-01-01T00:00:00Z",
    seq: 1,
  },
  reply: () => {},
  busy: false,
  blocked: undefined,
};

const shown = (more: Partial<FormProps> = {}) => (
  <>
    <input aria-label="Message" />
    <PermissionForm {...props} {...more} />
  </>
);
const button = (name: string) => screen.queryByRole("button", { name });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

for (const [name, field] of [
  ["Deny", "Why not"],
  ["Edit", "Command"],
] as const) {
  test(`"${name}" puts the focus into its form once, and not at each change of the page`, () => {
    const { rerender } = render(shown());
    press(name);
    expect(document.activeElement).toBe(screen.getByLabelText(field));
    screen.getByLabelText("Message").focus();
    rerender(shown({ blocked: "The Core is offline." }));
    expect(document.activeElement).toBe(screen.getByLabelText("Message"));
  });
}

test("a form that was out of view is open as it was left, and leaves the focus where it is", () => {
  const { unmount } = render(shown());
  press("Edit");
  fireEvent.change(screen.getByLabelText("Command"), { target: { value: "ls build" } });
  unmount();
  render(shown());
  expect(button("Allow as edited")).not.toBeNull();
  expect(button("Allow")).toBeNull();
  expect(document.activeElement).toBe(document.body);
});

test("who goes back looks at what is asked for, also when the row comes back into view", () => {
  const { unmount } = render(shown());
  press("Deny");
  press("Back");
  unmount();
  render(shown());
  expect(button("Allow")).not.toBeNull();
});

test("an accepted answer leaves nothing open", () => {
  const reply = vi.fn<FormProps["reply"]>((_, onAccepted) => onAccepted?.());
  const { unmount } = render(shown({ reply }));
  press("Deny");
  press("Deny");
  expect(reply.mock.calls[0]?.[0]).toEqual({ decision: "deny" });
  expect(sessionStorage).toHaveLength(0);
  unmount();
});

test("whoever does not want to answer questions is still there when the row comes back into view", () => {
  const { unmount } = render(<QuestionForm {...props} questions={[]} />);
  press("Do not answer");
  unmount();
  render(<QuestionForm {...props} questions={[]} />);
  expect(screen.queryByLabelText("Why you do not answer")).not.toBeNull();
});
