import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";

const badge = cva("inline-flex items-center gap-1 whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-xs", {
  variants: {
    kind: {
      plain: "bg-sunken text-ink-soft",
      good: "bg-good-soft text-good",
      warn: "bg-warn-soft text-warn-text",
      bad: "bg-bad-soft text-bad",
      accent: "bg-accent-soft text-accent-text",
    },
  },
  defaultVariants: { kind: "plain" },
});

export function Badge({ kind, children }: VariantProps<typeof badge> & { children: ReactNode }) {
  return <span className={badge({ kind })}>{children}</span>;
}
