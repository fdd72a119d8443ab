import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Recording } from "@/api/schema";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { bytes } from "@/ui/bytes";
import { Dialog } from "@/ui/dialog";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { readRecording, recordingsQuery, removeRecording } from "./queries";

/** What recorded terminals of a Core have shown, newest first. */
export function RecordingsDialog({ core, onDone }: { core: string; onDone: () => void }) {
  const { data, error, isPending } = useQuery(recordingsQuery(core));
  return (
    <Dialog
      open
      onOpenChange={onDone}
      wide
      title="Recordings"
      description="What terminals have shown, as asciicast for “asciinema play”. What was typed is not in them."
    >
      <Failure error={error} />
      {isPending && <p className="text-ink-faint text-sm">Asking for the recordings…</p>}
      {data?.length === 0 && <p className="text-ink-soft text-sm">Nothing is recorded on this Core.</p>}
      <ul className="divide-y">
        {data?.toReversed().map((recording) => (
          <Row key={recording.terminal} core={core} recording={recording} />
        ))}
      </ul>
    </Dialog>
  );
}

function Row({ core, recording }: { core: string; recording: Recording }) {
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const name = oneLine(recording.name ?? "", 64) || "Shell";
  const download = useMutation({
    mutationFn: () => readRecording(core, recording.terminal),
    onSuccess: (cast) => save(cast, `${recording.terminal}.cast`),
  });
  const remove = useMutation({
    mutationFn: () => removeRecording(core, recording.terminal),
    onSuccess: () => client.invalidateQueries({ queryKey: recordingsQuery(core).queryKey }),
  });
  return (
    <li className="grid gap-2 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 grow basis-3/5 sm:basis-40">
          <span className="block truncate font-medium text-sm">{name}</span>
          <span className="text-ink-faint text-xs">
            <Time at={recording.started_at} /> · {bytes(recording.bytes)}
          </span>
        </span>
        {recording.live && <Badge kind="bad">Still recorded</Badge>}
        <span className="max-sm:basis-full" />
        <Button size="small" className="max-md:h-9" busy={download.isPending} onClick={() => download.mutate()}>
          <Download aria-hidden /> Download
        </Button>
        <Button
          size="small"
          kind={sure ? "danger" : "quiet"}
          className="max-md:h-9"
          busy={remove.isPending}
          aria-label={sure ? undefined : `Remove the recording of ${name}`}
          onBlur={() => setSure(false)}
          onClick={() => (sure ? remove.mutate() : setSure(true))}
        >
          <Trash2 aria-hidden />
          {sure && "Remove it for good"}
        </Button>
      </div>
      <Failure error={download.error ?? remove.error} />
    </li>
  );
}

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
