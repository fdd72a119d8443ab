/** Variants with their marks. In a first round as they are written, in later ones changed at random. */

/** A random number below a bound, the same ones for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TROUBLE = [
  "<",
  ">",
  '"',
  "'",
  "`",
  "&",
  "/",
  "\\",
  "\n",
  "\t",
  "\0",
  "&#0;",
  "-->",
  "]]>",
  "\u202e",
  "\u2066",
  "](",
  ")",
  "*",
  "|",
  "=",
  " ",
  "javascript:",
  "<!--",
  "\u001b",
];

export class Variants {
  #roll;

  constructor(round, seed) {
    this.#roll = round === 0 ? undefined : dice(seed);
  }

  /** Each with a mark of its own: a letter for the kind and a number. */
  of(letter, corpus) {
    return corpus.map(([name, make], at) => {
      const mark = `${letter}${String(at).padStart(3, "0")}z`;
      return { name, mark, content: this.#changed(make(mark), mark) };
    });
  }

  #changed(content, mark) {
    const roll = this.#roll;
    if (roll === undefined) return content;
    if (Array.isArray(content)) return content.map((part) => this.#changed(part, mark));
    if (content !== null && typeof content === "object" && !Buffer.isBuffer(content)) {
      return Object.fromEntries(
        Object.entries(content).map(([key, part]) => [
          key,
          /type|kind|behavior/.test(key) ? part : this.#changed(part, mark),
        ]),
      );
    }
    // What is short is a word that its meaning hangs on.
    if (typeof content !== "string" || content.length < 12) return content;
    let text = content;
    for (let times = roll(4); times >= 0; times -= 1) {
      const at = roll(text.length + 1);
      const end = Math.min(text.length, at + roll(8));
      const piece = [
        TROUBLE[roll(TROUBLE.length)],
        "",
        text.slice(at, end).repeat(2),
        text.slice(roll(text.length)).slice(0, 40),
      ][roll(4)];
      text = text.slice(0, at) + piece + text.slice(roll(2) === 0 ? at : end);
    }
    return `${mark} ${text}`;
  }
}

/** The marks that are on a page, also in what is out of sight. */
export const marksOn = async (page) =>
  new Set(await page.evaluate(() => [...document.body.textContent.matchAll(/[a-z]\d{3}z/g)].map(([mark]) => mark)));

/** Waits until all of these were on the page. A corpus that never arrives proves nothing. */
export async function shown(page, variants, where) {
  const missing = async () => {
    const there = await marksOn(page);
    return variants.filter(({ mark }) => !there.has(mark));
  };
  const marks = variants.map(({ mark }) => mark);
  try {
    await page.waitForFunction(
      (marks) => {
        const text = document.body.textContent;
        return marks.every((mark) => text.includes(mark));
      },
      marks,
      { timeout: 10_000 },
    );
  } catch {
    throw new Error(
      `${where}: never shown: ${(await missing()).map(({ mark, name }) => `${mark} ${name}`).join(", ")}`,
    );
  }
}

/** None of these is anywhere on the page. */
export async function absent(page, variants, where) {
  const there = await marksOn(page);
  const wrong = variants.filter(({ mark }) => there.has(mark));
  if (wrong.length > 0) throw new Error(`${where}: ${wrong.map(({ name }) => name).join(", ")}`);
}
