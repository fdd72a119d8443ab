import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ComponentProps, type ReactNode, useRef } from "react";
import { cn } from "./class-names";

export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

type Props = Pick<ComponentProps<typeof Radix.Root>, "open" | "onOpenChange"> & {
  title: string;
  /** Read out with the title; may be hidden from view. */
  description: ReactNode;
  hideDescription?: boolean;
  wide?: boolean;
  /** Only its own buttons close it: something in it is shown once. */
  held?: boolean;
  trigger?: ReactNode;
  children: ReactNode;
};

export function Dialog({
  title,
  description,
  hideDescription,
  wide,
  held,
  trigger,
  children,
  onOpenChange,
  ...state
}: Props) {
  const before = useRef<Element>(null);
  // Without a trigger of its own the focus would be lost: it goes back to where it was.
  const note = () => {
    before.current = document.activeElement;
  };
  const giveBack = (event: Event) => {
    if (trigger) return;
    event.preventDefault();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const change = (open: boolean) => {
    if (open || !held) onOpenChange?.(open);
  };
  return (
    <Radix.Root {...state} onOpenChange={change}>
      {trigger && <Radix.Trigger asChild>{trigger}</Radix.Trigger>}
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          onOpenAutoFocus={note}
          onCloseAutoFocus={giveBack}
          className={cn(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[min(90dvh,48rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border bg-surface shadow-xl",
            wide ? "max-w-2xl" : "max-w-lg",
          )}
        >
          <header className="flex items-start gap-4 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              <Radix.Description className={cn("text-ink-soft text-sm", hideDescription && "sr-only")}>
                {description}
              </Radix.Description>
            </div>
            {!held && (
              <Radix.Close
                className="-mr-1.5 rounded-md p-1.5 pointer-coarse:p-2.5 text-ink-faint hover:bg-sunken hover:text-ink"
                aria-label="Close"
              >
                <X className="size-4" aria-hidden />
              </Radix.Close>
            )}
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-2 pb-5">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The last line of a dialog: what to do, the main thing last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
