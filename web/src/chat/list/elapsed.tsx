import { useNow } from "@/ui/clock";
import { duration } from "../words";

/** How long ago, in whole seconds, while it goes on. */
export function Elapsed({ since }: { since: string }) {
  const now = useNow(1_000);
  const began = new Date(since).getTime();
  if (Number.isNaN(began)) return null;
  const seconds = Math.max(0, Math.floor((now - began) / 1_000));
  return <span className="tabular-nums">{seconds < 60 ? `${seconds} s` : duration(seconds * 1_000)}</span>;
}
