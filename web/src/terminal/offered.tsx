import { useEffect, useState } from "react";
import { Button } from "@/ui/button";
import { oneLine } from "@/ui/one-line";
import { extent } from "./clipboard";
import type { Offer } from "./emulator";
import { visit } from "./links";

/** So long a person has to see what they are about to take, however often a program changes it. */
const LOOK = 700;

type Props = { offer: Offer; onSettled: () => void };

/** What a program in the terminal would like: shown in full, done by a click and by nothing else. */
export function Offered({ offer, onSettled }: Props) {
  const [seen, setSeen] = useState<Offer>();
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(offer), LOOK);
    return () => clearTimeout(timer);
  }, [offer]);
  const take = () => {
    if (offer.type === "visit") {
      visit(offer.url);
      onSettled();
    } else {
      navigator.clipboard.writeText(offer.text).then(onSettled, () => setRefused(true));
    }
  };
  return (
    <section
      aria-label="A program in the terminal asks"
      className="absolute inset-x-2 top-2 grid gap-2 rounded-lg border bg-surface p-3 text-sm shadow-lg"
    >
      {offer.type === "copy" ? (
        <p>A program in this terminal wants to copy {extent(offer.text)} to your clipboard:</p>
      ) : (
        <p>
          This link leads to <strong className="break-all font-medium">{offer.url.host}</strong>:
        </p>
      )}
      <code className="max-h-24 overflow-y-auto whitespace-pre-wrap break-all rounded bg-sunken px-2 py-1 font-mono text-xs">
        {offer.type === "copy" ? preview(offer.text) : oneLine(offer.url.href, 2_048)}
      </code>
      {refused && (
        <p role="alert" className="text-bad">
          The browser did not allow it.
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button size="small" kind="quiet" onClick={onSettled}>
          {offer.type === "copy" ? "No" : "Stay here"}
        </Button>
        <Button size="small" kind="primary" disabled={seen !== offer} onClick={take}>
          {offer.type === "copy" ? "Copy" : "Open it"}
        </Button>
      </div>
    </section>
  );
}

const preview = (text: string): string =>
  text
    .slice(0, 20_000)
    .split(/\r\n|\r|\n/)
    .map((line) => oneLine(line, 2_000))
    .join("\n");
