import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { CoreView, GitCredential } from "@/api/schema";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { NewCredentialDialog } from "./new-credential-dialog";
import { gitCredentialsQuery } from "./queries";

/** Names and tokens for https. They can be replaced and removed, and not read. */
export function GitCredentials({ core }: { core: CoreView }) {
  const [adding, setAdding] = useState(false);
  const { data, error } = useQuery(gitCredentialsQuery(core.id));
  return (
    <div className="rounded-xl border bg-surface px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-56">
          <h3 className="font-medium">Credentials, for https</h3>
          <p className="text-ink-soft">
            A name and a token for a host. Nobody is shown them again; git alone gets them.
          </p>
        </div>
        <Button onClick={() => setAdding(true)}>Add</Button>
      </div>
      <Failure error={error} className="mt-2" />
      {data && data.length > 0 && (
        <ul className="mt-2 divide-y divide-line border-t">
          {data.map((credential) => (
            <Credential key={credential.host} core={core} credential={credential} />
          ))}
        </ul>
      )}
      {adding && <NewCredentialDialog core={core} onClose={() => setAdding(false)} />}
    </div>
  );
}

function Credential({ core, credential: { host, username } }: { core: CoreView; credential: GitCredential }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      const path = { core: core.id, host };
      try {
        await answer(api.DELETE("/api/v1/cores/{core}/git/credentials/{host}", { params: { path } }));
      } catch (error) {
        // Somebody else has removed it.
        if (!isProblem(error, "not-found")) throw error;
      }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: gitCredentialsQuery(core.id).queryKey }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 last:pb-0">
      <span className="min-w-0 flex-1 basis-40 break-all">
        <span className="font-mono">{oneLine(host, 255)}</span>
        <span className="text-ink-soft"> as {oneLine(username, 100)}</span>
      </span>
      <Button busy={remove.isPending} aria-label={`Remove the credential for ${host}`} onClick={() => remove.mutate()}>
        Remove
      </Button>
      <Failure error={remove.error} className="basis-full" />
    </li>
  );
}
