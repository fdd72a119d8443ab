import { CaseSensitive, ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Tip } from "@/ui/tip";
import type { Emulator } from "./emulator";

type Props = { emulator: Emulator; onDone: () => void };

/** Looks for text in what a terminal has shown. */
export function FindBar({ emulator, onDone }: Props) {
  const [text, setText] = useState("");
  const [exactly, setExactly] = useState(false);
  const [found, setFound] = useState<{ at: number; count: number }>();
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    input.current?.focus();
    emulator.startFinding();
    const forget = emulator.onFound((at, count) => setFound({ at, count }));
    return () => {
      forget();
      emulator.stopFinding();
    };
  }, [emulator]);

  const find = (what: string, direction: "next" | "previous", typing: boolean, exact = exactly) => {
    emulator.find(what, direction, exact, typing);
    if (what === "") setFound(undefined);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") onDone();
    else if (event.key === "Enter") find(text, event.shiftKey ? "next" : "previous", false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="flex items-center gap-1 border-b bg-surface px-2 py-1">
      <Input
        ref={input}
        aria-label="Find in the terminal"
        placeholder="Find"
        className="h-8 min-w-0 flex-1 px-2 text-sm"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          find(target.value, "previous", true);
        }}
        onKeyDown={press}
      />
      <span role="status" className="w-20 shrink-0 text-center text-ink-faint text-xs tabular-nums">
        {text !== "" && found !== undefined && said(found)}
      </span>
      <Tip text="Capitals matter">
        <Button
          kind="quiet"
          size="icon"
          aria-label="Capitals matter"
          aria-pressed={exactly}
          className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
          onClick={() => {
            setExactly(!exactly);
            find(text, "previous", true, !exactly);
          }}
        >
          <CaseSensitive aria-hidden />
        </Button>
      </Tip>
      <Tip text="Further up (Enter)">
        <Button kind="quiet" size="icon" aria-label="Previous" onClick={() => find(text, "previous", false)}>
          <ChevronUp aria-hidden />
        </Button>
      </Tip>
      <Tip text="Further down (Shift+Enter)">
        <Button kind="quiet" size="icon" aria-label="Next" onClick={() => find(text, "next", false)}>
          <ChevronDown aria-hidden />
        </Button>
      </Tip>
      <Tip text="Stop (Esc)">
        <Button kind="quiet" size="icon" aria-label="Stop finding" onClick={onDone}>
          <X aria-hidden />
        </Button>
      </Tip>
    </search>
  );
}

function said({ at, count }: { at: number; count: number }): string {
  if (count === 0) return "Not found";
  return at < 0 ? `over ${count}` : `${at + 1} of ${count}`;
}
