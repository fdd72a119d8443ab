import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { type Attached, isFittedElsewhere, type Readable } from "./attached";
import { Later } from "./later";
import { ending } from "./naming";
import { refusal } from "./refusals";
import type { Seat } from "./seat";

type Props = { attached: Attached; seat: Seat | undefined; onClose: () => void; closing: boolean; error: unknown };

/** What a person at this terminal should know, and may put away. It lies over the terminal: nothing moves. */
export function Notes({ attached, seat, onClose, closing, error }: Props) {
  const { standing, missed, earlier, unsure, exited, looksOn, refused, size } = attached;
  const read = (what: Readable) => () => seat?.attachment.read(what);
  return (
    <div className="pointer-events-none absolute inset-x-2 bottom-2 grid justify-items-end gap-1.5">
      {isFittedElsewhere(attached) && (
        <Later after={900}>
          <Note>
            Another window decides the size: {size?.columns} × {size?.rows}. Type, and it is fitted to this one.
          </Note>
        </Later>
      )}
      {earlier && !missed && (
        <Note action={<Put onClick={read("earlier")} />}>
          Earlier output is not here: a Core keeps only the newest of it, and this terminal has said more.
        </Note>
      )}
      {missed && (
        <Note action={<Put onClick={read("missed")} />}>
          More was said in between than is kept. This is the screen as it is now.
        </Note>
      )}
      {unsure && (
        <Note action={<Put onClick={read("unsure")} />}>
          The connection was lost as you typed. Your last keys may not have arrived: look before you type them again.
        </Note>
      )}
      {looksOn && refused > 0 && exited === undefined && <Note>You look on only. What you type is not sent.</Note>}
      {exited !== undefined && standing.state !== "ended" && (
        <Note
          action={
            <Button size="small" busy={closing} onClick={onClose}>
              Close
            </Button>
          }
        >
          {ending(exited)}. It can be looked at for a while{refused > 0 && ", and takes no more keys"}.
        </Note>
      )}
      {error !== null && <Note>{refusal(error).title}.</Note>}
    </div>
  );
}

/** Away with it. */
export const Put = ({ onClick }: { onClick: () => void }) => (
  <Button size="small" kind="quiet" onClick={onClick}>
    Got it
  </Button>
);

export function Note({ action, children }: { action?: ReactNode; children: ReactNode }) {
  return (
    <div
      role="status"
      className="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg border bg-surface px-3 py-1.5 text-sm shadow-lg"
    >
      <p className="min-w-0 break-words">{children}</p>
      {action}
    </div>
  );
}
