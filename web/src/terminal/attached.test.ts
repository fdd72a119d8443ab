import { expect, test } from "vitest";
import { type Attached, after, type Happening, isFittedElsewhere, mayType, unattached } from "./attached";
import type { Gap } from "./place";
import type { Told } from "./told";

const told = (said: Told, gap?: Gap): Happening => ({ type: "told", told: said, gap });
const standing = (state: "connecting" | "live", unanswered = false): Happening => ({
  type: "standing",
  standing: { state },
  unanswered,
});
const lost: Happening = { type: "standing", standing: { state: "waiting", why: "Lost." }, unanswered: true };
const attached: Told = {
  type: "attached",
  terminal: "t",
  replay: "missing",
  position: 0,
  screen_bytes: 0,
  size: { rows: 5, columns: 50 },
  title: "sh",
  recorded: true,
};

const all = (...happenings: Happening[]): Attached => happenings.reduce(after, unattached(false));
const LIVE = [standing("live"), told(attached), told({ type: "live", position: 3 }), { type: "caught_up" }] as const;

test("nothing may be typed before all that was said is shown", () => {
  for (let count = 0; count < LIVE.length; count += 1)
    expect(mayType(all(...LIVE.slice(0, count))), `${count}`).toBe(false);
  expect(mayType(all(...LIVE))).toBe(true);
});

test("a lost connection takes no keys, also when it is open again, until its replay is shown", () => {
  expect(mayType(all(...LIVE, lost))).toBe(false);
  expect(mayType(all(...LIVE, lost, standing("connecting"), standing("live"), told(attached)))).toBe(false);
  expect(mayType(all(...LIVE, lost, ...LIVE))).toBe(true);
});

test("what it shows stays known while it is away", () => {
  expect(all(...LIVE, lost)).toMatchObject({ size: { rows: 5, columns: 50 }, title: "sh", recorded: true });
});

test("keys that may not have arrived are spoken of until somebody types again or has read it", () => {
  expect(all(...LIVE, lost).unsure).toBe(true);
  expect(all(...LIVE, lost, ...LIVE).unsure).toBe(true);
  expect(all(...LIVE, lost, ...LIVE, { type: "typed" }).unsure).toBe(false);
  expect(all(...LIVE, lost, { type: "read", what: "unsure" }).unsure).toBe(false);
  expect(all(lost).unsure, "nobody had typed").toBe(false);
});

test("who looks on types nothing, and nobody types where the shell has ended", () => {
  expect(mayType(all(...LIVE, { type: "looks_on", looksOn: true }))).toBe(false);
  const over = all(...LIVE, told({ type: "exited", code: 3 }));
  expect([mayType(over), over.exited]).toEqual([false, { code: 3, signal: null }]);
});

test("refused keys are counted until they are taken again", () => {
  const refused = all(...LIVE, lost, { type: "refused" }, { type: "refused" });
  expect(refused.refused).toBe(2);
  expect(after(refused, { type: "caught_up" }).refused).toBe(0);
});

test("it is known when somebody elsewhere decides the size", () => {
  const fits = (rows: number): Happening => ({ type: "fits", room: { rows, columns: 50 } });
  expect(isFittedElsewhere(all(fits(5), ...LIVE))).toBe(false);
  expect(isFittedElsewhere(all(fits(9), ...LIVE))).toBe(true);
  expect(isFittedElsewhere(all(fits(9), ...LIVE, told({ type: "resized", size: { rows: 9, columns: 50 } })))).toBe(
    false,
  );
  expect(isFittedElsewhere(all(fits(9), ...LIVE, lost)), "nobody knows now").toBe(false);
});

test("what is not shown is spoken of until somebody has read it, each by itself", () => {
  const both = all(told(attached, "earlier"), told({ type: "skipped", position: 9, screen_bytes: 0 }, "between"));
  expect([both.earlier, both.missed]).toEqual([true, true]);
  const one = after(both, { type: "read", what: "earlier" });
  expect([one.earlier, one.missed]).toEqual([false, true]);
  expect(all(...LIVE).earlier).toBe(false);
});
