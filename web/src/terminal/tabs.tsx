import { X } from "lucide-react";
import { Tabs as Radix } from "radix-ui";
import { type KeyboardEvent, useEffect } from "react";
import type { Terminal } from "@/api/schema";
import { cn } from "@/ui/class-names";
import { Dot } from "@/ui/dot";
import { ending, terminalName } from "./naming";

export const tabId = (terminal: string): string => `terminal-tab-${terminal}`;

type Props = {
  terminals: readonly Terminal[];
  shown: string | undefined;
  onClose: (terminal: Terminal) => void;
  onRename: (terminal: Terminal) => void;
};

/** A Core's terminals. Arrows go from one to the next, Delete closes one, F2 names it. */
export function Tabs({ terminals, shown, onClose, onRename }: Props) {
  const press = (terminal: Terminal) => (event: KeyboardEvent) => {
    if (event.key === "Delete") onClose(terminal);
    else if (event.key === "F2") onRename(terminal);
    else return;
    event.preventDefault();
  };
  const opened = terminals.some(({ id }) => id === shown) ? shown : undefined;
  useEffect(() => {
    if (opened === undefined) return;
    document.getElementById(tabId(opened))?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [opened]);
  return (
    <Radix.List aria-label="Terminals" className="flex min-w-0 overflow-x-auto px-1">
      {terminals.map((terminal) => {
        const name = terminalName(terminal);
        const here = terminal.id === shown;
        return (
          <div
            key={terminal.id}
            role="presentation"
            className={cn(
              "group flex max-w-48 shrink-0 items-center border-transparent border-b-2 text-ink-soft",
              here && "border-accent text-ink",
            )}
          >
            <Radix.Trigger
              id={tabId(terminal.id)}
              value={terminal.id}
              title={name}
              className="flex h-9 min-w-0 items-center gap-1.5 rounded-md pl-2 text-sm -outline-offset-2 hover:text-ink"
              onDoubleClick={() => onRename(terminal)}
              onKeyDown={press(terminal)}
            >
              {terminal.exited && <Dot tone="plain" label={ending(terminal.exited)} />}
              <span className="truncate">{name}</span>
            </Radix.Trigger>
            {/* A list of tabs has nothing but tabs for who does not see it: there are Delete and the menu. */}
            <button
              type="button"
              aria-hidden
              tabIndex={-1}
              title={`Close ${name}`}
              className={cn(
                "grid size-9 shrink-0 place-items-center rounded-md text-ink-faint hover:text-ink md:size-7",
                !here && "md:opacity-0 md:group-hover:opacity-100",
              )}
              onClick={() => onClose(terminal)}
            >
              <X className="size-3.5" aria-hidden />
            </button>
          </div>
        );
      })}
    </Radix.List>
  );
}
