import { useEffect, useRef } from "react";
import type { SlashCommand } from "@/api/schema";
import { cn } from "@/ui/class-names";
import { oneLine } from "@/ui/one-line";

type Props = {
  id: string;
  commands: readonly SlashCommand[];
  active: number;
  onChoose: (command: SlashCommand) => void;
};

export const optionId = (list: string, at: number): string => `${list}-${at}`;

/** What may be meant by what was begun. The text keeps the focus. */
export function CommandList({ id, commands, active, onChoose }: Props) {
  const chosen = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is active is to be seen
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Commands"
      className="absolute inset-x-0 bottom-full z-10 mb-1 max-h-64 overflow-y-auto rounded-lg border bg-surface p-1 shadow-lg"
    >
      {commands.map((command, at) => (
        <div
          key={command.name}
          id={optionId(id, at)}
          ref={at === active ? chosen : null}
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          className={cn(
            "flex min-h-9 cursor-pointer items-baseline gap-3 rounded-md px-2.5 py-1.5 text-sm",
            at === active && "bg-sunken",
          )}
          // The text keeps the focus, and the caret.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(command)}
          onKeyDown={() => {}}
        >
          <span className="max-w-[70%] shrink-0 truncate font-mono">
            /{oneLine(command.name, 60)}
            {command.argument_hint && <span className="text-ink-faint"> {oneLine(command.argument_hint, 40)}</span>}
          </span>
          <span className="min-w-0 truncate text-ink-faint">{oneLine(command.description ?? "", 200)}</span>
        </div>
      ))}
    </div>
  );
}
