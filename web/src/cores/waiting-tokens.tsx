import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { PairingTokenView } from "@/api/schema";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { Time } from "@/ui/time";
import { Tip } from "@/ui/tip";
import { Labels } from "./core-line";
import { pairingTokensQuery } from "./queries";

/** Permissions to pair that nobody has used yet. */
export function WaitingTokens() {
  const { data: tokens, error } = useQuery(pairingTokensQuery);
  if (error) return <Failure error={error} />;
  if (!tokens || tokens.length === 0) return null;
  return (
    <section aria-labelledby="waiting-tokens" className="rounded-xl border bg-surface px-4 py-3">
      <h2 id="waiting-tokens" className="font-medium">
        Pairing tokens that wait
      </h2>
      <ul>
        {tokens.map((token) => (
          <WaitingToken key={token.id} token={token} />
        ))}
      </ul>
    </section>
  );
}

function WaitingToken({ token }: { token: PairingTokenView }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      try {
        await answer(api.DELETE("/api/v1/pairing-tokens/{token}", { params: { path: { token: token.id } } }));
      } catch (error) {
        // It was used or has lapsed meanwhile.
        if (!isProblem(error, "not-found")) throw error;
      }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: pairingTokensQuery.queryKey }),
  });
  const name = token.name ?? "named like its host";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <span className="min-w-0 truncate">{name}</span>
      <Labels labels={token.labels} />
      <span className="flex-1 text-ink-faint">
        lapses <Time at={token.expires_at} />
      </span>
      <Tip text="Take it back">
        <Button
          kind="quiet"
          size="icon"
          className="size-9"
          aria-label={`Take back the token: ${name}`}
          busy={remove.isPending}
          onClick={() => remove.mutate()}
        >
          <Trash2 aria-hidden />
        </Button>
      </Tip>
      <Failure error={remove.error} className="basis-full" />
    </li>
  );
}
