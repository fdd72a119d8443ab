import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CoreView } from "@/api/schema";
import { workspacesQuery } from "@/chat/queries";
import { mayWork, presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { Failure } from "@/ui/notice";
import { beside } from "./beside";
import { CoreCard } from "./core-card";
import { begins } from "./first-core";
import { Recent } from "./recent";
import { useMe } from "./use-me";

const Beginning = beside(async () => (await import("./beginning")).Beginning, {
  // What stands there already stays until then.
  until: ({ cores }) => cores.length === 1 && <Cores cores={cores} />,
});

/** What there is, or what comes next for whoever begins. */
export function HomePage() {
  const me = useMe();
  const { data: cores, error, isPending } = useQuery(coresQuery);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl px-4 py-10 sm:px-6">
        <h1 className="mb-6 truncate font-semibold text-2xl">Hello, {me.name}</h1>
        <Failure error={error} />
        {isPending && (
          <p role="status" className="text-ink-faint text-sm">
            Asking for the Cores…
          </p>
        )}
        {cores && <Start cores={cores.filter((core) => presence(core) !== "revoked")} />}
      </div>
    </div>
  );
}

function Start({ cores }: { cores: CoreView[] }) {
  const me = useMe();
  const working = cores.filter((core) => mayWork(core, me));
  const lists = useQueries({ queries: working.map(({ id }) => workspacesQuery(id)) });
  // Whoever begins goes on here until they leave the page.
  const [began, setBegan] = useState(false);
  if (!began && begins(cores, lists)) setBegan(true);
  return (
    <>
      {began && <Beginning cores={cores} />}
      {(!began || cores.length > 1) && <Cores cores={cores} />}
    </>
  );
}

function Cores({ cores }: { cores: CoreView[] }) {
  return (
    <>
      <Recent cores={cores.filter((core) => presence(core) === "online")} />
      <h2 className="mb-3 font-semibold">Cores</h2>
      <ul className="grid grid-cols-1 gap-3">
        {cores.map((core) => (
          <CoreCard key={core.id} core={core} />
        ))}
      </ul>
    </>
  );
}
