import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { nextKey, type Pair } from "./draft";
import { PairRow } from "./pair-row";

type Props = {
  /** What each of them is: "Variable", "Header". */
  one: string;
  legend: string;
  pairs: readonly Pair[];
  /** Names whose values are secret whatever is ticked. */
  alwaysSecret?: (name: string) => boolean;
  faults: ReadonlyMap<number, string> | undefined;
  onChange: (pairs: readonly Pair[]) => void;
};

/** Variables or headers. Those that are secret are shown to nobody again. */
export function PairsField({ one, legend, pairs, alwaysSecret, faults, onChange }: Props) {
  const [added, setAdded] = useState<number>();
  const add = () => {
    const key = nextKey(pairs);
    setAdded(key);
    // Most of what a server needs to be told is a key.
    onChange([...pairs, { key, name: "", value: "", secret: true }]);
  };
  return (
    <fieldset className="grid grid-cols-1 gap-3">
      <legend className="mb-1.5 font-medium text-sm">{legend}</legend>
      {pairs.map((pair, place) => (
        <PairRow
          key={pair.key}
          what={`${one} ${place + 1}`}
          pair={pair}
          always={alwaysSecret?.(pair.name) ?? false}
          fresh={pair.key === added}
          fault={faults?.get(pair.key)}
          onChange={(changed) => onChange(pairs.map((it) => (it.key === pair.key ? changed : it)))}
          onRemove={() => onChange(pairs.filter((it) => it.key !== pair.key))}
        />
      ))}
      <div>
        <Button size="small" onClick={add}>
          <Plus aria-hidden /> {one}
        </Button>
      </div>
    </fieldset>
  );
}
