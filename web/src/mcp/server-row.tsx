import { Ellipsis, Globe, SquareTerminal } from "lucide-react";
import { useRef } from "react";
import type { McpServer } from "@/api/schema";
import { Button } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";
import { oneLine } from "@/ui/one-line";
import { about, how } from "./server-words";

type Props = {
  server: McpServer;
  able: boolean;
  onReplace: () => void;
  onRemove: () => void;
};

/** A server as it was set, without what is secret of it. */
export function ServerRow({ server, able, onReplace, onRemove }: Props) {
  const Icon = server.type === "stdio" ? SquareTerminal : Globe;
  const more = about(server);
  const chosen = useRef<() => void>(undefined);
  // The menu gives the focus back to its button first, which then has it again when the dialog closes.
  const begin = () => {
    chosen.current?.();
    chosen.current = undefined;
  };
  const choose = (what: () => void) => {
    chosen.current = what;
  };
  return (
    <li className="flex items-start gap-3 px-4 py-2.5 text-sm">
      <Icon className="mt-0.5 size-4 shrink-0 text-ink-faint" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="break-all font-medium">{oneLine(server.name, 64)}</p>
        <p className="line-clamp-3 break-all font-mono text-ink-soft text-xs">{how(server)}</p>
        {more && <p className="break-words text-ink-faint text-xs">{more}</p>}
      </div>
      {able && (
        <Menu
          onCloseAutoFocus={begin}
          trigger={
            <Button kind="quiet" size="icon" className="-my-0.5" aria-label={`More about ${oneLine(server.name, 64)}`}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem onSelect={() => choose(onReplace)}>Replace…</MenuItem>
          <MenuItem danger onSelect={() => choose(onRemove)}>
            Remove…
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}
