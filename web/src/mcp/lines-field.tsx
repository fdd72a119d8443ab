import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { type Line, nextKey } from "./draft";

type Props = { lines: readonly Line[]; onChange: (lines: readonly Line[]) => void; error: string | undefined };

/** What a program is started with, each argument for itself: no shell takes them apart. */
export function LinesField({ lines, onChange, error }: Props) {
  const [added, setAdded] = useState<number>();
  const add = () => {
    const key = nextKey(lines);
    setAdded(key);
    onChange([...lines, { key, text: "" }]);
  };
  return (
    <fieldset className="grid grid-cols-1 gap-1.5">
      <legend className="mb-1.5 font-medium text-sm">Arguments</legend>
      {lines.map(({ key, text }, place) => (
        <div key={key} className="flex items-center gap-1">
          <Input
            aria-label={`Argument ${place + 1}`}
            ref={key === added ? focusOnArrival : null}
            className="font-mono text-sm"
            value={text}
            onChange={(event) =>
              onChange(lines.map((line) => (line.key === key ? { key, text: event.target.value } : line)))
            }
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
          />
          <Button
            kind="quiet"
            size="icon"
            aria-label={`Remove argument ${place + 1}`}
            onClick={() => onChange(lines.filter((line) => line.key !== key))}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      {error && (
        <p role="alert" className="text-bad text-sm">
          {error}
        </p>
      )}
      <div>
        <Button size="small" onClick={add}>
          <Plus aria-hidden /> Argument
        </Button>
      </div>
    </fieldset>
  );
}
