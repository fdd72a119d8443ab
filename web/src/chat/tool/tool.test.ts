import { expect, test } from "vitest";
import { diff, folded } from "./diff";
import { outputOf } from "./text-of";
import { summary, understand } from "./understand";

const shown = (before: string, after: string) =>
  diff(before, after).map(({ kind, text }) => `${kind === "same" ? " " : kind === "added" ? "+" : "-"}${text}`);

test("a diff shows what went, what came and what stayed", () => {
  expect(shown("a\nb\nc\nd", "a\nc\nx\nd")).toEqual([" a", "-b", " c", "+x", " d"]);
  expect(shown("", "a\nb\n")).toEqual(["+a", "+b"]);
  expect(shown("a\n", "")).toEqual(["-a"]);
  expect(shown("same", "same")).toEqual([" same"]);
});

test("applying a diff to the text before gives the text after", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 200; round += 1) {
    const before = Array.from({ length: random(20) }, () => String(random(5)));
    const after = Array.from({ length: random(20) }, () => String(random(5)));
    const lines = diff(before.join("\n"), after.join("\n"));
    expect(lines.filter(({ kind }) => kind !== "added").map(({ text }) => text)).toEqual(before);
    expect(lines.filter(({ kind }) => kind !== "removed").map(({ text }) => text)).toEqual(after);
  }
});

test("lines have the numbers that they have in their text", () => {
  expect(diff("a\nb", "b\nc").map(({ before, after }) => [before, after])).toEqual([
    [1, undefined],
    [2, 1],
    [undefined, 2],
  ]);
});

test("what is far from a change is folded", () => {
  const before = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  const after = before.with(10, "other");
  const pieces = folded(diff(before.join("\n"), after.join("\n")));
  expect(pieces[0]).toEqual({ kind: "skipped", count: 7 });
  expect(pieces.at(-1)).toEqual({ kind: "skipped", count: 6 });
});

test("texts that are too large to compare are shown as two texts", () => {
  const many = (name: string) => Array.from({ length: 3_000 }, (_, at) => `${name}${at}`).join("\n");
  expect(diff(many("a"), many("b"))).toHaveLength(6_000);
});

test("a tool is summed up in one line", () => {
  expect(summary("Bash", { command: "ls -la\n  && pwd", description: "look" })).toBe("ls -la && pwd");
  expect(summary("Edit", { file_path: "/a/b.ts", old_string: "x", new_string: "y" })).toBe("/a/b.ts");
  expect(summary("Read", { file_path: "/a" })).toBe("/a");
  expect(summary("Grep", { pattern: "x", path: "/p" })).toBe("x");
  expect(summary("Mystery", { deep: {} })).toBe("");
  expect(summary("Mystery", null)).toBe("");
});

test("what an edit does beside its text is not hidden", () => {
  expect(understand("Edit", { file_path: "/a", old_string: "x", new_string: "y", replace_all: true })).toEqual({
    does: "change",
    file: "/a",
    changes: [{ before: "x", after: "y" }],
    rest: { replace_all: true },
  });
  expect(understand("Bash", { command: "ls", run_in_background: true, description: "x" })).toMatchObject({
    rest: { run_in_background: true },
  });
  expect(understand("Edit", { file_path: "/a", old_string: 7, new_string: "y" }).does).toBe("other");
});

test("an output has its texts and its pictures, and a picture from elsewhere is none", () => {
  const picture = (source: object) => ({ type: "image", source });
  expect(
    outputOf([
      { type: "text", text: "\u001b[1ma\u001b[0m" },
      picture({ type: "base64", media_type: "image/png", data: "aGk=" }),
      "b",
    ]),
  ).toEqual({ text: "a\nb", pictures: ["data:image/png;base64,aGk="] });
  for (const source of [
    { type: "url", url: "https://evil.example/x.png" },
    { type: "base64", media_type: "image/svg+xml", data: "aGk=" },
    { type: "base64", media_type: "image/png", data: "a b\"'" },
  ]) {
    expect(outputOf([picture(source)]).pictures).toEqual([]);
  }
  expect(outputOf({ a: 1 }).text).toBe('{\n  "a": 1\n}');
  expect(outputOf(null).text).toBe("");
});
