import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import type { Conversation } from "../conversation/model";
import { rows } from "../conversation/rows";
import { estimate } from "./estimate";
import { RowView } from "./row-view";
import { useKeptEnd } from "./use-kept-end";
import { useSought } from "./use-sought";

type Props = {
  core: string;
  session: string;
  conversation: Conversation;
  /** The event that is to be seen. */
  at: number | undefined;
};

/** Whoever is so near to the end is at the end. */
const NEAR = 80;

/** What was said. It stays at its end while the reader is there, and where the reader is otherwise. */
export function MessageList({ core, session, conversation, at }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const all = useMemo(() => rows(conversation), [conversation]);
  const list = useVirtualizer({
    count: all.length,
    getScrollElement: () => box.current,
    estimateSize: (at) => estimate(all[at]),
    getItemKey: (at) => all[at]?.key ?? at,
    overscan: 8,
    paddingStart: 16,
    paddingEnd: 16,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR,
    onChange: (it) => setAway(!it.isAtEnd(NEAR)),
  });
  const [fromEnd] = useState(() => at === undefined || at > conversation.seq);
  // Whoever comes to a session wants to see how it stands, or else what was looked for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is shown
  useLayoutEffect(() => {
    if (fromEnd) list.scrollToEnd();
  }, []);
  useKeptEnd(box, NEAR, fromEnd);
  const sought = useSought(list, all, conversation.seq, at);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        className="h-full overflow-y-auto overflow-x-hidden overscroll-contain [overflow-anchor:none]"
        role="log"
        aria-label="Conversation"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard
        tabIndex={0}
      >
        <div className="relative w-full" style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map(({ index, key, start }) => {
            const row = all[index];
            if (!row) return null;
            return (
              <div
                key={key}
                ref={list.measureElement}
                data-index={index}
                className="absolute top-0 left-0 w-full"
                style={{ transform: `translateY(${start}px)` }}
              >
                <div
                  className={cn(
                    "mx-auto max-w-3xl px-4 sm:px-6",
                    sought.key === key && "rounded-xl transition-colors duration-700",
                    sought.key === key && sought.marked && "bg-accent-soft [&>article]:border-accent",
                  )}
                  {...(sought.key === key ? { ref: sought.arrive, tabIndex: -1 } : {})}
                >
                  <RowView core={core} session={session} row={row} />
                </div>
              </div>
            );
          })}
        </div>
      </div>
      {away && (
        <Button
          size="small"
          className="absolute bottom-3 left-1/2 h-9 -translate-x-1/2 rounded-full shadow-md"
          onClick={() => list.scrollToEnd()}
        >
          <ArrowDown aria-hidden /> To the newest
        </Button>
      )}
    </div>
  );
}
