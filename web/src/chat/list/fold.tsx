import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/ui/class-names";
import { useOpen } from "../kept";

type Props = {
  /** What it is remembered by. */
  name: string;
  summary: ReactNode;
  initially?: boolean;
  children: () => ReactNode;
};

/** Something that is told in a line, and whole when it is asked for. */
export function Fold({ name, summary, initially = false, children }: Props) {
  const [open, setOpen] = useOpen(name, initially);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        className="-mx-1.5 flex min-h-9 w-[calc(100%+0.75rem)] items-center gap-1.5 rounded-md px-1.5 text-left text-ink-soft text-sm hover:bg-sunken sm:min-h-8"
        onClick={() => setOpen(!open)}
      >
        <ChevronRight
          className={cn("size-4 shrink-0 text-ink-faint transition-transform", open && "rotate-90")}
          aria-hidden
        />
        {summary}
      </button>
      {open && <div className="ml-2 border-l pb-1 pl-4">{children()}</div>}
    </div>
  );
}
