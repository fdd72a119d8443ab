import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import type { Terminal } from "@/api/schema";
import { mayType } from "./attached";
import { FindBar } from "./find-bar";
import { KeyRow } from "./key-row";
import { Note, Notes, Put } from "./notes";
import { Offered } from "./offered";
import { closeTerminal, terminalsQuery } from "./queries";
import { Standing } from "./standing";
import { StatusLine } from "./status-line";
import { useSeat } from "./use-seat";
import { takeWish } from "./wish";

type Props = {
  core: string;
  terminal: Terminal;
  shown: boolean;
  looksOn: boolean;
  finding: boolean;
  onFind: (finding: boolean) => void;
  /** It is gone, or nobody wants to see it any more. */
  onGone: () => void;
  /** Out of the terminal by keyboard. */
  onLeave: () => void;
};

/** One terminal, with all that is to be said about it. */
export function TerminalView({ core, terminal, shown, looksOn, finding, onFind, onGone, onLeave }: Props) {
  const hint = useId();
  const client = useQueryClient();
  const [pasteRefused, setPasteRefused] = useState(false);
  const { place, seat, attached, offer, settleOffer, ctrl } = useSeat(core, terminal.id, {
    shown,
    looksOn,
    onShortcut: (means) => {
      if (means === "find") onFind(true);
      if (means === "leave") onLeave();
    },
  });
  const close = useMutation({ mutationFn: () => closeTerminal(core, terminal.id), onSuccess: onGone });
  const { title, exited } = attached;

  // After a tab that was pressed has got the focus from the browser, and a menu has given it back.
  useEffect(() => {
    if (!shown || seat === undefined) return;
    const timer = setTimeout(() => takeWish() && seat.emulator.focus());
    return () => clearTimeout(timer);
  }, [seat, shown]);

  // The list says the same a moment later.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for when one of these changes
  useEffect(() => {
    if (seat !== undefined) void client.invalidateQueries({ queryKey: terminalsQuery(core).queryKey });
  }, [client, core, seat, title, exited, attached.live]);

  const done = () => {
    onFind(false);
    seat?.emulator.focus();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {finding && seat && <FindBar emulator={seat.emulator} onDone={done} />}
      <div className="relative min-h-0 flex-1 bg-surface">
        <p id={hint} className="sr-only">
          Ctrl+F6 leads out of the terminal, Ctrl+Shift+F finds text.
        </p>
        <div className="absolute inset-0 overflow-auto py-1 pl-2">
          {/* The field for keys lies where the cursor was, which may be beyond a screen that has become smaller. */}
          <section
            ref={place}
            aria-label={`Terminal ${title ?? ""}`}
            aria-describedby={hint}
            className="h-full [&_.xterm-screen]:overflow-clip"
          />
        </div>
        <Standing attached={attached} onAgain={() => seat?.attachment.connect()} onDismiss={onGone} />
        <Notes
          attached={attached}
          seat={seat}
          onClose={() => close.mutate()}
          closing={close.isPending}
          error={close.error}
        />
        {pasteRefused && (
          <div className="absolute inset-x-2 bottom-2">
            <Note action={<Put onClick={() => setPasteRefused(false)} />}>
              The browser did not let this page read the clipboard. Paste with its own menu or keys.
            </Note>
          </div>
        )}
        {offer && <Offered offer={offer} onSettled={settleOffer} />}
      </div>
      <StatusLine attached={attached} terminal={terminal} />
      {seat && (
        <KeyRow seat={seat} ctrl={ctrl} disabled={!mayType(attached)} onPasteRefused={() => setPasteRefused(true)} />
      )}
    </div>
  );
}
