import type { CoreView, Workspace } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { Dialog, DialogActions } from "@/ui/dialog";
import { Failure, Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { entrustBlocks } from "./entrusting";
import { useTrust } from "./use-trust";

type Props = { core: CoreView | undefined; id: string; workspace: Workspace; onClose: () => void };

/** What it means to trust a workspace, and the way to do it or to take it back. */
export function TrustDialog({ core, id, workspace: { name, trusted }, onClose }: Props) {
  const me = useMe();
  const change = useTrust(id, name, onClose);
  const blocked = entrustBlocks(core, me);
  const close = () => {
    if (!change.isPending) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={trusted ? `“${oneLine(name, 64)}” is trusted` : `Trust “${oneLine(name, 64)}”?`}
      description={
        trusted ? (
          <>
            By {oneLine(trusted.by.name, 64)}, <Time at={trusted.at} />.
          </>
        ) : (
          "It is not trusted: what it brings along for Claude Code has no effect."
        )
      }
    >
      <div className="grid grid-cols-1 gap-3 text-sm">
        <Notice kind="warn">
          {trusted ? "Code of this repository runs" : "Trusted, code of this repository runs"} without anybody being
          asked, as the Core's user. It can read what that user can read: the Core's sign-in and the other workspaces,
          too.
        </Notice>
        <ul className="grid list-disc gap-1 pl-5">
          <li>
            The settings, hooks and commands in its <Code>.claude</Code> and the servers in its <Code>.mcp.json</Code>{" "}
            take effect whenever Claude Code starts in it, in everybody's sessions.
          </li>
          <li>So do those that come into it later: with a pull, or because Claude writes them.</li>
          <li>It is for this very folder. Another one of the same name is not trusted.</li>
          <li>What is denied to Claude stays denied.</li>
        </ul>
        <p className="text-ink-soft">
          {trusted
            ? "When it is taken back, processes in it that have nothing to do end. A turn in progress goes on to its end with what it has."
            : "Processes in it that have nothing to do end; the next message starts one that has it. It can be taken back at any time."}
        </p>
        {blocked && <p className="text-ink-soft">{blocked}</p>}
        <Failure error={change.error} />
      </div>
      <DialogActions>
        <Button onClick={close} disabled={change.isPending}>
          {blocked ? "Close" : "Cancel"}
        </Button>
        {!blocked && (
          <Button
            kind={trusted ? "primary" : "danger"}
            busy={change.isPending}
            onClick={() => change.mutate(trusted === undefined || trusted === null)}
          >
            {trusted ? "Trust it no longer" : "Trust it"}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

const Code = ({ children }: { children: string }) => <code className="font-mono text-xs">{children}</code>;
