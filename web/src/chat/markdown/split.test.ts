import { expect, test } from "vitest";
import { NOTHING, split } from "./split";

const TEXT = `# A heading

A paragraph with **bold**
over two lines

- one

  more of one
- two

\`\`\`ts
const a = 1;

# no heading
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

Setext
------

> quote

    indented code
`;

const sources = (text: string) => split(text).pieces.map(({ source }) => source.trimEnd());

test("each block is a piece, and code has its language and its text", () => {
  const { pieces } = split(TEXT);
  expect(pieces).toHaveLength(8);
  expect(pieces[3]?.code).toEqual({ language: "ts", text: "const a = 1;\n\n# no heading" });
  expect(pieces.every(({ start, source }) => TEXT.startsWith(source, start))).toBe(true);
});

test("a text that comes letter by letter is split as the whole is", () => {
  let growing = NOTHING;
  for (let end = 1; end <= TEXT.length; end += 1) {
    growing = split(TEXT.slice(0, end), growing);
    expect(growing.pieces.map(({ source }) => source.trimEnd())).toEqual(sources(TEXT.slice(0, end)));
  }
});

test("what is finished stays the same object", () => {
  const before = split("one\n\ntwo");
  expect(split("one\n\ntwo three", before).pieces[0]).toBe(before.pieces[0]);
});

test("a text that became another one is split anew", () => {
  expect(split("x\n\ny", split("a\n\nb\n\nc")).pieces.map(({ source }) => source.trim())).toEqual(["x", "y"]);
});

test("windows' line ends and tabs lose nothing", () => {
  const text = "a\r\n\r\nb\tc\r\n";
  expect(
    split(text)
      .pieces.map(({ source }) => source)
      .join(""),
  ).toContain("b\tc");
});
