import { useQuery } from "@tanstack/react-query";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { usePageTitle } from "@/notices/title";
import { Failure } from "@/ui/notice";
import { WaitingOnCore } from "./waiting-on-core";

/** Everything that waits for a person, on every Core. */
export function InboxPage() {
  usePageTitle("Inbox");
  const { data: cores, error } = useQuery(coresQuery);
  const waiting = cores?.filter((core) => core.waiting_approvals > 0 && presence(core) === "online") ?? [];
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-3xl px-4 py-6 sm:px-6">
        <h1 className="mb-4 font-semibold text-xl">Inbox</h1>
        <Failure error={error} />
        <p role="status" className="text-ink-soft">
          {cores &&
            waiting.length === 0 &&
            "Nothing waits for you. Approvals, questions and plans of all Cores come here."}
        </p>
        {waiting.map((core) => (
          <WaitingOnCore key={core.id} core={core} />
        ))}
      </div>
    </div>
  );
}
