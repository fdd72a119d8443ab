import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { words } from "@/api/problem";
import type { Terminal } from "@/api/schema";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Tip } from "@/ui/tip";
import { CloseDialog } from "./close-dialog";
import { keepLooksOn, readLooksOn } from "./looks-on";
import { terminalName } from "./naming";
import { usePreferences } from "./preferences";
import { closeTerminal, openTerminal, terminalsQuery } from "./queries";
import { RecordingsDialog } from "./recordings-dialog";
import { Refused } from "./refused";
import { RenameDialog } from "./rename-dialog";
import { frameAround, roomIn } from "./room";
import { Tabs, tabId } from "./tabs";
import { TerminalMenu } from "./terminal-menu";
import { TerminalView } from "./terminal-view";
import { dropWish, wishToType } from "./wish";

type Asking = { readonly what: "rename" | "close"; readonly terminal: Terminal } | { readonly what: "recordings" };

type Props = {
  core: string;
  /** Where the page is: a new terminal begins there. */
  workspace: string | undefined;
  picker: ReactNode;
  leave: ReactNode;
};

/** The terminals of one Core. Those that were looked at stay connected for as long as the panel is open. */
export function CoreTerminals({ core, workspace, picker, leave }: Props) {
  const client = useQueryClient();
  const query = terminalsQuery(core);
  const { data, error, isPending } = useQuery(query);
  const kept = `condrix.terminal.${core}`;
  const [chosen, setChosen] = useState(() => sessionStorage.getItem(kept) ?? "");
  // As they were when they were first looked at: one that somebody else closes stays until it was read that it is gone.
  const [opened, setOpened] = useState<readonly Terminal[]>([]);
  const [watched, setWatched] = useState(() => readLooksOn(core));
  const { letters } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [finding, setFinding] = useState(false);
  const [asking, setAsking] = useState<Asking>();

  const listed = data ?? [];
  const terminals = [...listed, ...opened.filter(({ id }) => !listed.some((each) => each.id === id))];
  const shown = terminals.find(({ id }) => id === chosen) ?? terminals.at(-1);
  if (shown !== undefined && !opened.some(({ id }) => id === shown.id)) setOpened([...opened, shown]);

  const choose = (id: string) => {
    sessionStorage.setItem(kept, id);
    setChosen(id);
    setFinding(false);
  };
  const turnTo = (id: string) => {
    wishToType();
    choose(id);
  };
  const put = (terminal: Terminal) =>
    client.setQueryData(query.queryKey, (before) => [
      ...(before ?? []).filter(({ id }) => id !== terminal.id),
      terminal,
    ]);
  const forget = (id: string) => {
    setOpened((before) => before.filter((each) => each.id !== id));
    setWatched(keepLooksOn(core, id, false));
    client.setQueryData(query.queryKey, (before) => before?.filter((each) => each.id !== id));
    void client.invalidateQueries({ queryKey: query.queryKey });
  };
  const open = useMutation({
    mutationFn: () => {
      const frame = frameAround(box.current, letters);
      return openTerminal(core, workspace, frame && roomIn(frame));
    },
    onMutate: wishToType,
    onSuccess: (terminal) => {
      put(terminal);
      choose(terminal.id);
    },
    onError: dropWish,
  });
  const putAway = useMutation({
    mutationFn: ({ id }: Terminal) => closeTerminal(core, id),
    onSuccess: (_, { id }) => {
      forget(id);
      // With a tab its focus goes. Whoever is elsewhere by now stays there.
      setTimeout(() => document.activeElement === document.body && focusTab());
    },
    onError: () => client.invalidateQueries(query),
  });
  const focusTab = () => box.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  const close = (terminal: Terminal) => {
    if (!listed.some(({ id }) => id === terminal.id)) forget(terminal.id);
    else if (!terminal.exited) setAsking({ what: "close", terminal });
    else putAway.mutate(terminal);
  };
  // A dialog that nobody's button opened gives the focus back to nobody.
  const answered = () => {
    setAsking(undefined);
    setTimeout(focusTab);
  };
  const opens = workspace === undefined ? "New terminal" : `New terminal in ${workspace}`;
  return (
    <Radix.Root value={shown?.id ?? ""} onValueChange={turnTo} ref={box} className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-1 bg-surface py-1 pr-1 pl-2">
        {picker}
        <Tip text={opens}>
          <Button
            kind="quiet"
            size="icon"
            className="max-md:size-9"
            aria-label={opens}
            busy={open.isPending}
            onClick={() => open.mutate()}
          >
            {!open.isPending && <Plus aria-hidden />}
          </Button>
        </Tip>
        <TerminalMenu
          terminal={shown}
          looksOn={shown !== undefined && watched.includes(shown.id)}
          onLookOn={(looksOn) => shown && setWatched(keepLooksOn(core, shown.id, looksOn))}
          onFind={() => setFinding(true)}
          onRename={() => shown && setAsking({ what: "rename", terminal: shown })}
          onClose={() => shown && close(shown)}
          onRecordings={() => setAsking({ what: "recordings" })}
        />
        {leave}
      </div>
      <div className="border-b bg-surface">
        {terminals.length > 0 && (
          <Tabs
            terminals={terminals}
            shown={shown?.id}
            onClose={close}
            onRename={(terminal) => setAsking({ what: "rename", terminal })}
          />
        )}
      </div>
      {open.error && <Refused error={open.error} onDone={() => open.reset()} />}
      {putAway.error && (
        <Notice
          kind="bad"
          className="m-3"
          action={
            <Button size="small" kind="quiet" onClick={() => putAway.reset()}>
              Got it
            </Button>
          }
        >
          “{terminalName(putAway.variables)}” is not closed: {words(putAway.error)}
        </Notice>
      )}
      {terminals.length === 0 && (
        <Empty isPending={isPending} error={error} opens={opens} busy={open.isPending} onOpen={() => open.mutate()} />
      )}
      {opened.map((terminal) => (
        <Radix.Content
          key={terminal.id}
          value={terminal.id}
          forceMount
          tabIndex={-1}
          className="flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden"
        >
          <TerminalView
            core={core}
            terminal={terminals.find(({ id }) => id === terminal.id) ?? terminal}
            shown={terminal.id === shown?.id}
            looksOn={watched.includes(terminal.id)}
            finding={finding && terminal.id === shown?.id}
            onFind={setFinding}
            onGone={() => forget(terminal.id)}
            onLeave={() => document.getElementById(tabId(terminal.id))?.focus()}
          />
        </Radix.Content>
      ))}
      {asking?.what === "rename" && (
        <RenameDialog core={core} terminal={asking.terminal} onRenamed={put} onDone={answered} />
      )}
      {asking?.what === "close" && (
        <CloseDialog
          core={core}
          terminal={asking.terminal}
          onClosed={() => forget(asking.terminal.id)}
          onDone={answered}
        />
      )}
      {asking?.what === "recordings" && <RecordingsDialog core={core} onDone={answered} />}
    </Radix.Root>
  );
}

type EmptyProps = { isPending: boolean; error: unknown; opens: string; busy: boolean; onOpen: () => void };

function Empty({ isPending, error, opens, busy, onOpen }: EmptyProps) {
  if (error !== null) return <Refused error={error} />;
  if (isPending) return <p className="p-4 text-ink-faint text-sm">Asking for the terminals…</p>;
  return (
    <div className="m-auto grid max-w-72 justify-items-center gap-3 p-6 text-center">
      <p className="text-ink-soft text-sm">
        A terminal is a shell on the Core's host. It goes on when you leave, and is found again from anywhere.
      </p>
      <Button kind="primary" busy={busy} onClick={onOpen}>
        {opens}
      </Button>
    </div>
  );
}
