import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useDark } from "@/preferences/theme";
import { type Attached, unattached } from "./attached";
import type { Offer } from "./emulator";
import type { Shortcut } from "./keys";
import { usePreferences } from "./preferences";
import { Seat } from "./seat";

const NOBODY = unattached(false);
const never = () => () => {};

type InFront = {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly seat: Seat | undefined;
  readonly attached: Attached;
  readonly offer: Offer | undefined;
  readonly settleOffer: () => void;
  readonly ctrl: boolean;
};

type Wants = { readonly shown: boolean; readonly looksOn: boolean; readonly onShortcut: (it: Shortcut) => void };

/** Takes a seat in front of a terminal for as long as it is on the page. */
export function useSeat(core: string, terminal: string, { shown, looksOn, onShortcut }: Wants): InFront {
  const place = useRef<HTMLDivElement>(null);
  const [seat, setSeat] = useState<Seat>();
  const [offer, setOffer] = useState<Offer>();
  const [ctrl, setCtrl] = useState(false);
  const dark = useDark();
  const { letters, readAloud } = usePreferences();
  const newest = useRef({ onShortcut, looksOn, looks: { dark, letters, readAloud } });

  useEffect(() => {
    newest.current = { onShortcut, looksOn, looks: { dark, letters, readAloud } };
  });

  useEffect(() => {
    if (place.current === null) return;
    const { looks, looksOn } = newest.current;
    const taken = new Seat(core, terminal, place.current, looks, looksOn, {
      onShortcut: (it) => newest.current.onShortcut(it),
      onOffer: setOffer,
      onCtrl: setCtrl,
    });
    setSeat(taken);
    return () => {
      taken.leave();
      setSeat(undefined);
    };
  }, [core, terminal]);

  useEffect(() => {
    seat?.emulator.look({ dark, letters, readAloud });
    seat?.fit();
  }, [seat, dark, letters, readAloud]);

  useEffect(() => {
    if (seat === undefined || !shown) return;
    void seat.show();
    return () => seat.hide();
  }, [seat, shown]);

  useEffect(() => {
    if (seat !== undefined && seat.attachment.now().looksOn !== looksOn) seat.attachment.lookOn(looksOn);
  }, [seat, looksOn]);

  const attached = useSyncExternalStore(seat?.attachment.subscribe ?? never, seat?.attachment.now ?? (() => NOBODY));
  const { live } = attached;
  useEffect(() => {
    if (live) seat?.settle();
  }, [seat, live]);
  return { place, seat, attached, offer, settleOffer: () => setOffer(undefined), ctrl };
}
