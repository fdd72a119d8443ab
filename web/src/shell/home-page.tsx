import { useQuery } from "@tanstack/react-query";
import type { CoreView } from "@/api/schema";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { Failure } from "@/ui/notice";
import { Beginning } from "./beginning";
import { CoreCard } from "./core-card";
import { Recent } from "./recent";
import { useMe } from "./use-me";

/** What there is, or what comes next for whoever begins. */
export function HomePage() {
  const me = useMe();
  const { data: cores, error } = useQuery(coresQuery);
  const there = cores?.filter((core) => presence(core) !== "revoked") ?? [];
  const ready = there.find((core) => core.claude.state === "signed_in");
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl px-4 py-10 sm:px-6">
        <h1 className="mb-6 font-semibold text-2xl">Hello, {me.name}</h1>
        <Failure error={error} />
        {cores && (ready === undefined ? <Beginning cores={there} /> : <Cores cores={there} />)}
      </div>
    </div>
  );
}

function Cores({ cores }: { cores: CoreView[] }) {
  return (
    <>
      <Recent cores={cores.filter((core) => presence(core) === "online")} />
      <h2 className="mb-3 font-semibold">Cores</h2>
      <ul className="grid gap-3">
        {cores.map((core) => (
          <CoreCard key={core.id} core={core} />
        ))}
      </ul>
    </>
  );
}
