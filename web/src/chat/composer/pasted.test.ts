import { expect, test } from "vitest";
import { pastedFiles } from "./pasted";

const picture = new File(["x"], "image.png", { type: "image/png" });

test("a picture that is pasted goes with the message", () => {
  expect(pastedFiles({ types: ["Files"], files: [picture] })).toEqual([picture]);
  // A browser that copies a picture says also where it was.
  expect(pastedFiles({ types: ["text/html", "Files"], files: [picture] })).toEqual([picture]);
});

test("where there is text as well, the text is meant", () => {
  expect(pastedFiles({ types: ["text/plain", "text/html", "text/rtf", "Files"], files: [picture] })).toEqual([]);
  expect(pastedFiles({ types: ["text/plain"], files: [] })).toEqual([]);
});
