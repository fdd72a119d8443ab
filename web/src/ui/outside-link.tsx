import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";

/** Leads away from here, in a tab of its own that learns nothing of this one. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      className="inline-flex items-center gap-1 text-accent-text underline"
    >
      {children}
      <ExternalLink className="size-3.5" aria-hidden />
      <span className="sr-only">(opens a new tab)</span>
    </a>
  );
}
