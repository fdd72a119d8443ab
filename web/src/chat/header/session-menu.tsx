import { useMutation } from "@tanstack/react-query";
import {
  Archive,
  ArchiveRestore,
  CircleStop,
  Download,
  Ellipsis,
  GitFork,
  Lock,
  Plug,
  ShieldOff,
  Trash2,
  Users,
} from "lucide-react";
import { useRef, useState } from "react";
import type { CoreView, Session } from "@/api/schema";
import { SessionServersDialog } from "@/mcp/session-servers-dialog";
import { useMe } from "@/shell/use-me";
import { mayEntrust } from "@/trust/entrusting";
import { Button } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { Failure } from "@/ui/notice";
import { LendDialog } from "../bypass/lend-dialog";
import { CloseDialog } from "./close-dialog";
import { download, type Format } from "./download";
import { RemoveDialog } from "./remove-dialog";
import { useFork } from "./use-fork";
import type { useSessionChange } from "./use-session-change";

type Asking = "servers" | "lend" | "close" | "remove" | undefined;
type Props = {
  core: string;
  view: CoreView | undefined;
  session: Session;
  change: ReturnType<typeof useSessionChange>;
};

/** Everything that can be done with a session as a whole. */
export function SessionMenu({ core, view, session, change }: Props) {
  const me = useMe();
  const [asking, setAsking] = useState<Asking>();
  const chosen = useRef<Asking>(undefined);
  const ask = (what: Asking) => {
    chosen.current = what;
  };
  // The menu gives the focus back to its button first, which then has it again when the dialog closes.
  const begin = () => {
    setAsking(chosen.current);
    chosen.current = undefined;
  };
  const forking = useFork(core, session);
  const exported = useMutation({ mutationFn: (format: Format) => download(core, session, format) });
  const manages = session.created_by.user === me.user || me.role === "admin";
  const lends = view !== undefined && mayEntrust(view, me) && !session.closed_at && !session.archived_at;
  const shared = session.visibility === "shared";
  const failure = forking.error ?? exported.error;
  const stay = () => setAsking(undefined);
  return (
    <>
      <Menu
        onCloseAutoFocus={begin}
        trigger={
          <Button
            kind="quiet"
            size="icon"
            aria-label="More about this session"
            busy={forking.isPending || exported.isPending}
          >
            {!(forking.isPending || exported.isPending) && <Ellipsis aria-hidden />}
          </Button>
        }
      >
        <MenuItem onSelect={() => forking.fork()}>
          <GitFork aria-hidden /> Fork
        </MenuItem>
        <MenuItem onSelect={() => ask("servers")}>
          <Plug aria-hidden /> MCP servers…
        </MenuItem>
        {lends && (
          <MenuItem onSelect={() => ask("lend")}>
            <ShieldOff aria-hidden /> {session.bypass ? "Run without asking, anew…" : "Run without asking…"}
          </MenuItem>
        )}
        {manages && (
          <>
            <MenuItem onSelect={() => change.mutate({ visibility: shared ? "private" : "shared" })}>
              {shared ? <Lock aria-hidden /> : <Users aria-hidden />}
              {shared ? "Make it private" : "Share it on this Core"}
            </MenuItem>
            <MenuItem onSelect={() => change.mutate({ archived: !session.archived_at })}>
              {session.archived_at ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
              {session.archived_at ? "Take it out of the archive" : "Archive"}
            </MenuItem>
          </>
        )}
        <MenuSeparator />
        <MenuItem onSelect={() => exported.mutate("markdown")}>
          <Download aria-hidden /> Export as Markdown
        </MenuItem>
        <MenuItem onSelect={() => exported.mutate("json")}>
          <Download aria-hidden /> Export as JSON
        </MenuItem>
        {manages && (
          <>
            <MenuSeparator />
            {!session.closed_at && (
              <MenuItem onSelect={() => ask("close")}>
                <CircleStop aria-hidden /> Close for good…
              </MenuItem>
            )}
            <MenuItem danger onSelect={() => ask("remove")}>
              <Trash2 aria-hidden /> Remove…
            </MenuItem>
          </>
        )}
      </Menu>
      {asking === "servers" && <SessionServersDialog core={core} session={session.id} onClose={stay} />}
      {asking === "lend" && <LendDialog core={core} session={session.id} onClose={stay} />}
      <CloseDialog core={core} session={session} open={asking === "close"} onDone={stay} />
      <RemoveDialog core={core} session={session} open={asking === "remove"} onDone={stay} />
      {failure && <Failure error={failure} className="absolute top-full right-4 z-10 mt-1 shadow-md" />}
    </>
  );
}
