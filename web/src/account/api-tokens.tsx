import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { TokenView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { Time } from "@/ui/time";
import { DeleteTokenDialog } from "./delete-token-dialog";
import { NewTokenDialog } from "./new-token-dialog";
import { apiTokensQuery } from "./queries";

/** What programs log in with, in one's own name. */
export function ApiTokens() {
  const [making, setMaking] = useState(false);
  const { data, error, isPending } = useQuery(apiTokensQuery);
  return (
    <section aria-labelledby="tokens" className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="tokens" className="font-semibold text-lg">
          API tokens
        </h2>
        <Button onClick={() => setMaking(true)}>
          <Plus aria-hidden /> New token
        </Button>
      </div>
      <p className="text-ink-soft text-sm">
        For programs. A token acts as you until it is deleted: it may do whatever you may.
      </p>
      <Failure error={error} />
      {isPending && <p className="text-ink-faint text-sm">Asking for your tokens…</p>}
      {data?.items.length === 0 && (
        <p className="rounded-xl border bg-surface p-4 text-center text-ink-faint text-sm">You have no API token.</p>
      )}
      {data && data.items.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border bg-surface">
          {data.items.map((token) => (
            <ApiToken key={token.id} token={token} />
          ))}
        </ul>
      )}
      {making && <NewTokenDialog onClose={() => setMaking(false)} />}
    </section>
  );
}

function ApiToken({ token }: { token: TokenView }) {
  const [deleting, setDeleting] = useState(false);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate font-medium">{token.name}</p>
        <p className="text-ink-soft">
          made <Time at={token.created_at} /> ·{" "}
          {token.last_used_at ? (
            <>
              last used <Time at={token.last_used_at} />
            </>
          ) : (
            "never used"
          )}
        </p>
      </div>
      <Button aria-label={`Delete the token ${token.name}`} onClick={() => setDeleting(true)}>
        Delete
      </Button>
      {deleting && <DeleteTokenDialog token={token} onClose={() => setDeleting(false)} />}
    </li>
  );
}
