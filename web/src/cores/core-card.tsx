import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { CoreView } from "@/api/schema";
import { ClaudeDetails } from "@/claude/claude-details";
import { ClaudeWarnings } from "@/claude/claude-warnings";
import { SignInButton } from "@/claude/sign-in-button";
import { signInSummary } from "@/claude/sign-in-words";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { oneLine } from "@/ui/one-line";
import { CoreAttention, CoreLine, Labels } from "./core-line";
import { CoreMenu } from "./core-menu";

/** One Core in the settings, with its sign-in. */
export function CoreCard({ core, onRevoke }: { core: CoreView; onRevoke: () => void }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  return (
    <li className="grid grid-cols-1 gap-3 rounded-xl border bg-surface p-4">
      <div className="grid grid-cols-1 gap-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 truncate font-semibold">
            <Link to="/cores/$core" params={{ core: core.id }} className="block truncate py-2 hover:underline">
              {core.name}
            </Link>
          </h2>
          <CoreAttention core={core} />
          <span className="ml-auto">
            <CoreMenu core={core} onRevoke={onRevoke} />
          </span>
        </div>
        <CoreLine core={core} />
        <Labels labels={core.labels} />
      </div>
      <ClaudeWarnings core={core} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t pt-3">
        <div className="min-w-0 flex-1 basis-56 text-sm">
          <p>{signInSummary(core.claude, me)}</p>
          {core.claude.account && <p className="truncate text-ink-faint">{oneLine(core.claude.account, 80)}</p>}
        </div>
        <div className="flex flex-wrap gap-2">
          {core.claude.state !== "signed_out" && (
            <Button aria-expanded={open} onClick={() => setOpen(!open)}>
              <ChevronRight className={cn("transition-transform", open && "rotate-90")} aria-hidden />
              Details
            </Button>
          )}
          <SignInButton core={core} />
        </div>
      </div>
      {open && core.claude.state !== "signed_out" && <ClaudeDetails core={core} />}
    </li>
  );
}
