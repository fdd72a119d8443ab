import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { clampWidth, NARROWEST, prefer } from "./preferences";

const STEP = 24;

/** The panel's left edge: drawn with the pointer, moved with the arrows, and kept. */
export function ResizeHandle({ width }: { width: number }) {
  const handle = useRef<HTMLDivElement>(null);
  /** What panel and page have together. */
  const room = () => {
    const panel = handle.current?.parentElement;
    const page = document.getElementById("page");
    return (panel?.offsetWidth ?? width) + (page?.offsetWidth ?? window.innerWidth);
  };
  const set = (wanted: number) => prefer({ width: clampWidth(wanted, room()) });
  const draw = (event: PointerEvent<HTMLDivElement>) => {
    const edge = handle.current?.parentElement?.getBoundingClientRect().right;
    if (edge !== undefined && event.currentTarget.hasPointerCapture(event.pointerId)) set(edge - event.clientX);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: STEP, ArrowRight: -STEP, Home: -10_000, End: 10_000 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set((handle.current?.parentElement?.offsetWidth ?? width) + step);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no rule between paragraphs
    <div
      ref={handle}
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the terminals"
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuemax={4000}
      tabIndex={0}
      className="absolute inset-y-0 -left-1 z-10 hidden w-2 cursor-col-resize touch-none transition-colors hover:bg-accent/30 focus-visible:bg-accent/30 active:bg-accent/40 md:block"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={draw}
      onKeyDown={press}
    />
  );
}
