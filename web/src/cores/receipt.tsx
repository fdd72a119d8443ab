import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import type { Receipt as Told } from "@/api/schema";
import { moment } from "@/ui/moment";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { OutsideLink } from "@/ui/outside-link";
import { agentLines, cutWords, type ReceiptLine, remainingLinks } from "./receipt-words";

/** What a revocation cut, what its Core confirmed, and what is left. */
export function Receipt({ receipt }: { receipt: Told }) {
  return (
    <div className="grid grid-cols-1 gap-3 text-sm">
      <ul className="grid grid-cols-1 gap-2">
        <Line kind="good" text={`“${receipt.name}” was revoked on ${moment(new Date(receipt.revoked_at))}.`} />
        <Line kind="good" text={cutWords(receipt)} />
        {agentLines(receipt).map((line) => (
          <Line key={line.text} {...line} />
        ))}
      </ul>
      {receipt.remaining ? (
        <Notice kind="warn">
          <p>{oneLine(receipt.remaining, 1000)}</p>
          <p className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1">
            {remainingLinks(receipt).map(({ href, label }) => (
              <OutsideLink key={href} href={href}>
                {label}
              </OutsideLink>
            ))}
          </p>
        </Notice>
      ) : (
        <p className="text-ink-soft">Nothing is known to remain on its host.</p>
      )}
    </div>
  );
}

const icons = {
  good: [CircleCheck, "text-good"],
  warn: [TriangleAlert, "text-warn"],
  bad: [CircleAlert, "text-bad"],
} as const;

function Line({ kind, text }: ReceiptLine) {
  const [Icon, tone] = icons[kind];
  return (
    <li className="flex gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${tone}`} aria-hidden />
      <span className="min-w-0">{text}</span>
    </li>
  );
}
