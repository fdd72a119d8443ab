import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { refusal } from "./refusals";

/** A refusal in words, with what to do next. */
export function Refused({ error, onDone }: { error: unknown; onDone?: () => void }) {
  const { title, next } = refusal(error);
  const action = onDone && (
    <Button size="small" kind="quiet" onClick={onDone}>
      Got it
    </Button>
  );
  return (
    <Notice kind="warn" className="m-3" action={action}>
      <p className="font-medium">{title}</p>
      <p className="text-ink-soft">{next}</p>
    </Notice>
  );
}
