import type { Kind } from "./draft";

const KINDS: readonly (readonly [Kind, string])[] = [
  ["stdio", "A program on the Core"],
  ["http", "An address (HTTP)"],
];

/** How a server is reached. */
export function KindChoice({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="sr-only">How it is reached</legend>
      {KINDS.map(([it, label]) => (
        <label
          key={it}
          className="flex min-h-9 cursor-pointer items-center gap-2 rounded-md border px-3 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2"
        >
          <input
            type="radio"
            name="kind"
            checked={kind === it}
            onChange={() => onChange(it)}
            className="accent-accent"
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
