import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { attention, isOthersPlan, presence } from "@/cores/core-state";
import { Button } from "@/ui/button";
import { Dot } from "@/ui/dot";
import { useMe } from "./use-me";

export function CoreCard({ core }: { core: CoreView }) {
  const me = useMe();
  const { tone, text } = attention(core);
  const online = presence(core) === "online";
  const { data: workspaces } = useQuery({ ...workspacesQuery(core.id), enabled: online });
  return (
    <li className="grid grid-cols-1 gap-3 rounded-xl border bg-surface p-4">
      <div className="flex items-center gap-2">
        <Link
          to="/cores/$core"
          params={{ core: core.id }}
          className="min-w-0 flex-1 truncate font-medium hover:underline max-md:-my-2 max-md:py-2"
        >
          {core.name}
        </Link>
        <span className="flex items-center gap-2 text-ink-soft text-sm">
          <Dot tone={tone} /> {text}
        </span>
      </div>
      {isOthersPlan(core, me) && (
        <p className="text-ink-soft text-sm">
          It uses the plan of somebody else, who alone works with it. You can read along.
        </p>
      )}
      {online && core.claude.state !== "signed_in" && (
        <Button size="small" className="justify-self-start max-md:h-9" asChild>
          <Link to="/settings/cores">Sign In with Claude</Link>
        </Button>
      )}
      {workspaces && workspaces.length > 0 && (
        <ul className="flex flex-wrap gap-2">
          {workspaces.map(({ name }) => (
            <li key={name} className="min-w-0">
              <Button size="small" className="max-w-full max-md:h-9" asChild>
                <Link to="/cores/$core/workspaces/$workspace" params={{ core: core.id, workspace: name }}>
                  <span className="truncate">{name}</span>
                </Link>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {workspaces?.length === 0 && core.claude.state === "signed_in" && (
        <Button size="small" className="justify-self-start max-md:h-9" asChild>
          <Link to="/cores/$core" params={{ core: core.id }}>
            Make a workspace
          </Link>
        </Button>
      )}
    </li>
  );
}
