import { expect, test } from "vitest";
import { judge, picturesWords } from "./pictures";

const file = (name: string, size = 1_000, type = "image/png") => ({ name, size, type });

test("what the vendor does not take is refused in words", () => {
  const { taken, refused } = judge(
    [file("a.png"), file("b.svg", 10, "image/svg+xml"), file("c.png", 3_750_001), file("d.png", 0)],
    [],
  );
  expect(taken.map(({ name }) => name)).toEqual(["a.png"]);
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatch(/b\.svg is no PNG/);
});

test("a message has at most eight, those that are there already included", () => {
  const { taken, refused } = judge([file("a"), file("b"), file("c")], Array(7).fill({ size: 1 }));
  expect([taken.length, refused.length]).toEqual([1, 2]);
});

test("all of them together fit into one request", () => {
  const { taken, refused } = judge([file("a", 3_000_000), file("b", 2_000_000), file("c", 2_000_000)], []);
  expect(taken.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(refused[0]).toMatch(/another message/);
});

test("one picture is one", () => {
  expect([1, 3].map(picturesWords)).toEqual(["1 picture", "3 pictures"]);
});
