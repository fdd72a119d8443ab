import { useSyncExternalStore } from "react";
import { Button } from "@/ui/button";
import { oneLine } from "@/ui/one-line";
import { Drafts } from "./drafts";
import { picturesWords } from "./pictures";
import { outboxOf } from "./session-outbox";

type Props = { core: string; session: string; turns: ReadonlySet<string> };

/** Messages that are not in the conversation yet. */
export function Sending({ core, session, turns }: Props) {
  const outbox = outboxOf(core, session);
  const messages = useSyncExternalStore(outbox.subscribe, outbox.current);
  const away = messages.filter(({ turn }) => turn === undefined || !turns.has(turn));
  if (away.length === 0) return null;
  return (
    <ul aria-label="On their way" className="mb-2 grid gap-1" role="status">
      {away.map(({ key, text, pictures, trouble, turn, elsewhere }) => (
        <li key={key} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-sunken px-3 py-1.5 text-sm">
          <span className="min-w-0 flex-1 truncate">{oneLine(text) || picturesWords(pictures.length)}</span>
          <span className="text-ink-faint text-xs">
            {turn
              ? "Sent"
              : trouble
                ? `${trouble}. It is sent again by itself, once.`
                : elsewhere
                  ? "Is being sent from another tab"
                  : "Is being sent"}
          </span>
          {!turn && !elsewhere && (
            <span className="flex gap-1">
              {trouble && (
                <Button kind="quiet" size="small" onClick={() => outbox.hurry()}>
                  Try now
                </Button>
              )}
              <Button
                kind="quiet"
                size="small"
                onClick={() => {
                  const message = outbox.takeBack(key);
                  if (message) Drafts.of(core, session).giveBack(message, undefined, turns);
                }}
              >
                Take back
              </Button>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
