import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

const button = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium transition-colors disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      kind: {
        primary: "bg-accent text-accent-ink hover:brightness-90",
        plain: "border bg-surface hover:bg-sunken",
        quiet: "text-ink-soft hover:bg-sunken hover:text-ink",
        danger: "bg-bad text-white hover:brightness-90 dark:text-black",
      },
      size: {
        small: "h-8 px-2.5 text-sm pointer-coarse:h-9",
        normal: "h-9 px-3.5 text-sm",
        icon: "size-8 pointer-coarse:size-9",
      },
    },
    defaultVariants: { kind: "plain", size: "normal" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof button> & { asChild?: boolean; busy?: boolean };

/** `busy`: what it began goes on; it keeps its width and its words. */
export function Button({ className, kind, size, asChild, busy = false, disabled, children, type, ...rest }: Props) {
  const look = cn(button({ kind, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={look} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button type={type ?? "button"} className={look} disabled={disabled || busy} aria-busy={busy} {...rest}>
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}
