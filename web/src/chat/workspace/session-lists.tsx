import { useState } from "react";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { SessionList } from "./session-list";

/** The sessions of a workspace: those that are worked with, or those in the archive. */
export function SessionLists({ core, workspace }: { core: string; workspace: string }) {
  const [archived, setArchived] = useState(false);
  return (
    <section aria-label="Sessions">
      <fieldset className="mb-2 flex gap-1">
        <legend className="sr-only">Which sessions</legend>
        {[false, true].map((it) => (
          <Button
            key={String(it)}
            kind="quiet"
            size="small"
            className={cn(archived === it && "bg-sunken text-ink")}
            aria-pressed={archived === it}
            onClick={() => setArchived(it)}
          >
            {it ? "Archive" : "Sessions"}
          </Button>
        ))}
      </fieldset>
      <SessionList key={String(archived)} core={core} workspace={workspace} archived={archived} />
    </section>
  );
}
