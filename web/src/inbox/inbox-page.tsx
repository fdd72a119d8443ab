import { useQueries, useQuery } from "@tanstack/react-query";
import { coresQuery } from "@/cores/queries";
import { usePageTitle } from "@/notices/title";
import { Failure } from "@/ui/notice";
import { pendingQuery } from "./queries";
import { useSettled } from "./use-settled";
import { useWaiting } from "./use-waiting";
import { hidden, hiddenWords, type OnCore, standing } from "./waiting";
import { WaitingOnCore } from "./waiting-on-core";

/** A Core's number and its sessions come by two ways, one a little after the other. */
const APART = 2_000;

/** Everything that waits for a person, on every Core. */
export function InboxPage() {
  usePageTitle("Inbox");
  const { data: cores, error } = useQuery(coresQuery);
  const waiting = useWaiting();
  const more = useSettled(useHidden(waiting), APART);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-3xl px-4 py-6 sm:px-6">
        <h1 className="mb-4 font-semibold text-xl">Inbox</h1>
        <Failure error={error} />
        <p role="status" className="text-ink-soft">
          {cores && standing(waiting)}
        </p>
        {waiting.map((each) => (
          <WaitingOnCore key={each.core.id} {...each} />
        ))}
        <p role="status" className="mt-2 text-ink-faint text-sm">
          {more > 0 && hiddenWords(more)}
        </p>
      </div>
    </div>
  );
}

/** How many wait on all Cores that this person cannot see. */
function useHidden(waiting: readonly OnCore[]): number {
  const asked = waiting.flatMap(({ core, sessions = [] }) => sessions.map((session) => ({ core, session })));
  const pending = useQueries({ queries: asked.map(({ core, session }) => pendingQuery(core.id, session.id)) });
  const seen = new Map(asked.map(({ session }, at) => [session.id, pending[at]?.data?.length]));
  return waiting.reduce((sum, each) => sum + hidden(each, ({ id }) => seen.get(id)), 0);
}
