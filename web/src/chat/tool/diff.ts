/** Which lines of a text are another's: the longest common subsequence, as `diff` shows it. */
export type Line = {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
  /** Its number before and after, from 1. */
  readonly before?: number;
  readonly after?: number;
};

/** The table has a cell for each pair of lines. Beyond that, all of it is another text. */
const LARGEST = 2_000_000;

export function diff(before: string, after: string): Line[] {
  const old = linesOf(before);
  const young = linesOf(after);
  let head = 0;
  while (head < old.length && head < young.length && old[head] === young[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < young.length - head &&
    old[old.length - 1 - tail] === young[young.length - 1 - tail]
  ) {
    tail += 1;
  }
  const middle = between(old.slice(head, old.length - tail), young.slice(head, young.length - tail));
  const same = (text: string): Line => ({ kind: "same", text });
  return numbered([...old.slice(0, head).map(same), ...middle, ...old.slice(old.length - tail).map(same)]);
}

/** So many lines stay around each change. */
const AROUND = 3;

export type Piece = Line | { readonly kind: "skipped"; readonly count: number };

/** Without what is far from any change. */
export function folded(lines: readonly Line[]): Piece[] {
  const near = (at: number) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== "same");
  const pieces: Piece[] = [];
  lines.forEach((line, at) => {
    const last = pieces.at(-1);
    if (near(at)) pieces.push(line);
    else if (last?.kind === "skipped") pieces[pieces.length - 1] = { kind: "skipped", count: last.count + 1 };
    else pieces.push({ kind: "skipped", count: 1 });
  });
  return pieces;
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

function between(old: readonly string[], young: readonly string[]): Line[] {
  const removed = (text: string): Line => ({ kind: "removed", text });
  const added = (text: string): Line => ({ kind: "added", text });
  const width = young.length + 1;
  if (old.length === 0 || young.length === 0 || (old.length + 1) * width > LARGEST) {
    return [...old.map(removed), ...young.map(added)];
  }
  // How many lines the rests behind each pair have in common.
  const common = new Uint32Array((old.length + 1) * width);
  const at = (a: number, b: number) => common[a * width + b] ?? 0;
  for (let a = old.length - 1; a >= 0; a -= 1) {
    for (let b = young.length - 1; b >= 0; b -= 1) {
      common[a * width + b] = old[a] === young[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
    }
  }
  const lines: Line[] = [];
  let a = 0;
  let b = 0;
  while (a < old.length || b < young.length) {
    const left = old[a];
    const right = young[b];
    if (left !== undefined && left === right) {
      lines.push({ kind: "same", text: left });
      a += 1;
      b += 1;
    } else if (left !== undefined && (right === undefined || at(a + 1, b) >= at(a, b + 1))) {
      lines.push(removed(left));
      a += 1;
    } else if (right !== undefined) {
      lines.push(added(right));
      b += 1;
    }
  }
  return lines;
}

function numbered(lines: readonly Line[]): Line[] {
  let before = 0;
  let after = 0;
  return lines.map((line) => {
    if (line.kind !== "added") before += 1;
    if (line.kind !== "removed") after += 1;
    return {
      ...line,
      ...(line.kind === "added" ? {} : { before }),
      ...(line.kind === "removed" ? {} : { after }),
    };
  });
}
