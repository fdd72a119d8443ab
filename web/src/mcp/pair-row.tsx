import { X } from "lucide-react";
import { useId } from "react";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import type { Pair } from "./draft";

type Props = {
  what: string;
  pair: Pair;
  always: boolean;
  fresh: boolean;
  fault: string | undefined;
  onChange: (pair: Pair) => void;
  onRemove: () => void;
};

/** A name, its value, and whether anybody may see that. */
export function PairRow({ what, pair, always, fresh, fault, onChange, onRemove }: Props) {
  const id = useId();
  const secret = pair.secret || always;
  const plain = { autoCapitalize: "none", spellCheck: false, "aria-invalid": fault !== undefined } as const;
  return (
    <div className="grid grid-cols-1 gap-1">
      <div className="flex flex-wrap items-center gap-1 sm:flex-nowrap">
        <Input
          {...plain}
          ref={fresh ? focusOnArrival : null}
          aria-label={`${what}: name`}
          aria-describedby={fault && id}
          placeholder="Name"
          autoComplete="off"
          className="min-w-0 flex-1 basis-32 font-mono text-sm sm:max-w-48"
          value={pair.name}
          onChange={(event) => onChange({ ...pair, name: event.target.value })}
        />
        <Button
          kind="quiet"
          size="icon"
          className="sm:order-last"
          aria-label={`Remove ${what.toLowerCase()}`}
          onClick={onRemove}
        >
          <X aria-hidden />
        </Button>
        <Input
          {...plain}
          aria-label={`${what}: value`}
          aria-describedby={fault && id}
          placeholder="Value"
          type={secret ? "password" : "text"}
          autoComplete={secret ? "new-password" : "off"}
          className="min-w-0 flex-1 basis-full font-mono text-sm sm:basis-0"
          value={pair.value}
          onChange={(event) => onChange({ ...pair, value: event.target.value })}
        />
        <label className="flex min-h-9 shrink-0 cursor-pointer items-center gap-1.5 px-1 text-sm has-disabled:cursor-default">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={secret}
            disabled={always}
            onChange={(event) => onChange({ ...pair, secret: event.target.checked })}
          />
          Secret
        </label>
      </div>
      {fault && (
        <p id={id} role="alert" className="text-bad text-sm">
          {fault}
        </p>
      )}
    </div>
  );
}
