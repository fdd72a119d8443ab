import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { present } from "@/api/clock";
import { Button } from "@/ui/button";
import { byThisClock } from "@/ui/clock";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { focusOnArrival } from "@/ui/focus";
import { Failure } from "@/ui/notice";
import { isCoreName, NAME_HINT, readLabels } from "./core-name";
import { JoinHost, type Pairing } from "./join-host";
import { LabelsField } from "./labels-field";
import { coresQuery, pairingTokensQuery } from "./queries";

/** A name, then what to run on the host, then the Core itself, which appears without anybody doing more here. */
export function AddCoreDialog({ onClose: close }: { onClose: () => void }) {
  const client = useQueryClient();
  const tokensChanged = () => client.invalidateQueries({ queryKey: pairingTokensQuery.queryKey });
  const onClose = () => {
    close();
    return tokensChanged();
  };
  const { data: cores } = useQuery(coresQuery);
  const [name, setName] = useState("");
  const [labels, setLabels] = useState("");
  const read = readLabels(labels);
  const wrong = name !== "" && !isCoreName(name) ? NAME_HINT : undefined;
  const create = useMutation({
    mutationFn: async (): Promise<Pairing> => {
      const before = new Set(cores?.map(({ id }) => id));
      const body = { ...(name === "" ? {} : { name }), labels: "labels" in read ? read.labels : {} };
      const token = await answer(api.POST("/api/v1/pairing-tokens", { body }));
      return { token, before, until: byThisClock(token.expires_at, token.created_at, present()) };
    },
    onSuccess: tokensChanged,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (wrong === undefined && "labels" in read) create.mutate();
  };
  return (
    <Dialog
      open
      held={create.isPending || create.data !== undefined}
      onOpenChange={(open) => !open && onClose()}
      wide
      title="Add a Core"
      description="A Core is a host on which an agent runs Claude Code. It dials out to this gateway; no port is opened on it."
    >
      {create.data ? (
        <JoinHost pairing={create.data} onClose={onClose} onAgain={() => create.mutate()} failure={create.error} />
      ) : (
        <form onSubmit={submit} className="grid grid-cols-1 gap-4">
          <Field label="Name" hint="What to call it. Without one, it is called like its host." error={wrong}>
            {(ties) => (
              <Input
                {...ties}
                ref={focusOnArrival}
                value={name}
                onChange={(event) => setName(event.target.value)}
                maxLength={63}
                autoCapitalize="none"
                autoComplete="off"
                spellCheck={false}
                placeholder="build-host"
              />
            )}
          </Field>
          <LabelsField text={labels} onChange={setLabels} read={read} />
          <Failure error={create.error} />
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" kind="primary" busy={create.isPending} disabled={cores === undefined}>
              Make a pairing token
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
