import { expect, test } from "vitest";
import { forkTitle } from "./use-fork";

test("a fork is told from its origin, however long that one's title is", () => {
  expect(forkTitle("Sowing in May")).toBe("Sowing in May (fork)");
  const longest = forkTitle("🌱".repeat(200));
  expect([...longest]).toHaveLength(200);
  expect(longest).toMatch(/🌱 \(fork\)$/u);
});
