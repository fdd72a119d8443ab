import { expect, test } from "vitest";
import { joinTabs } from "./tabs";

/** As a browser has them: one holds a lock, and the others wait in line. */
function someLocks(): LockManager {
  const lines = new Map<string, (() => void)[]>();
  const request = async (name: string, { signal }: LockOptions, act: () => Promise<void>) => {
    const line = lines.get(name) ?? [];
    lines.set(name, line);
    await new Promise<void>((had, refused) => {
      signal?.addEventListener("abort", () => {
        if (line.indexOf(had) > 0) line.splice(line.indexOf(had), 1);
        refused(signal.reason);
      });
      if (line.push(had) === 1) had();
    });
    await act();
    line.shift();
    line[0]?.();
  };
  const query = async () => ({
    held: [...lines].filter(([, line]) => line.length > 0).map(([name]) => ({ name })),
    pending: [],
  });
  return { request, query } as unknown as LockManager;
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("one of all tabs tells, and when it ends another one does", async () => {
  const locks = someLocks();
  const [first, second] = [joinTabs(locks, "ada", "1"), joinTabs(locks, "ada", "2")];
  await settled();
  expect([await first.mayTell(), await second.mayTell()]).toEqual([true, false]);
  first.leave();
  await settled();
  expect([await first.mayTell(), await second.mayTell()]).toEqual([false, true]);
});

test("while the person looks at any tab none tells, and others' tabs are no matter", async () => {
  const locks = someLocks();
  const [first, second, ben] = [joinTabs(locks, "ada", "1"), joinTabs(locks, "ada", "2"), joinTabs(locks, "ben", "3")];
  second.looksHere(true);
  second.looksHere(true);
  await settled();
  expect([await first.mayTell(), await second.mayTell(), await ben.mayTell()]).toEqual([false, false, true]);
  second.looksHere(false);
  await settled();
  expect(await first.mayTell()).toBe(true);
});

test("where a browser has no locks, or refuses them, each tab tells", async () => {
  const without = joinTabs(undefined, "ada", "1");
  expect(await without.mayTell()).toBe(true);
  without.looksHere(true);
  without.leave();
  const refusing = { request: () => Promise.reject(new DOMException("no", "SecurityError")) } as unknown as LockManager;
  const refused = joinTabs(refusing, "ada", "1");
  await settled();
  expect(await refused.mayTell()).toBe(true);
});
