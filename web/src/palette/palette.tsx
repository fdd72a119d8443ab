import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import {
  Folder,
  House,
  Inbox,
  Keyboard,
  LogOut,
  MessageSquare,
  Moon,
  Plus,
  Server,
  Settings,
  SquareTerminal,
} from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { sessionsQuery, workspacesQuery } from "@/chat/queries";
import { sessionTitle } from "@/chat/session-title";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { isDark, setTheme } from "@/preferences/theme";
import { useLogOut } from "@/shell/log-out";
import { togglePanel } from "@/shell/panel";
import { StillIn } from "@/shell/still-in";
import { useMe } from "@/shell/use-me";

/** Everything that can be gone to or done, by its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const me = useMe();
  const logOut = useLogOut();
  const { data: cores = [] } = useQuery(coresQuery);
  const online = cores.filter((core) => presence(core) === "online");
  const workspaces = useQueries({ queries: online.map(({ id }) => workspacesQuery(id)) });
  const sessions = useQueries({ queries: online.map(({ id }) => sessionsQuery(id)) });
  // Its field has the focus as soon as it is drawn: where that was before is noted before.
  const [before] = useState(() => document.activeElement);
  // Once the focus is where it belongs: terminals that are opened take it from there.
  const afterwards = useRef(() => {});
  const giveBack = (event: Event) => {
    event.preventDefault();
    // What was chosen may have taken it by now.
    if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    afterwards.current();
  };
  const run = (act: () => unknown) => () => {
    onClose();
    act();
  };
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Dialog.Content
          onCloseAutoFocus={giveBack}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border bg-surface shadow-xl"
        >
          <Dialog.Title className="sr-only">Go to or do something</Dialog.Title>
          <Dialog.Description className="sr-only">Type a name, choose with the arrow keys.</Dialog.Description>
          <Command label="Go to or do something">
            <Command.Input
              autoFocus
              placeholder="Go to or do something…"
              className="w-full border-b bg-transparent px-4 py-3 outline-none placeholder:text-ink-faint"
            />
            <StillIn error={logOut.error} className="m-2" />
            {logOut.isPending && (
              <p role="status" className="px-4 py-2 text-ink-soft text-sm">
                Logging out…
              </p>
            )}
            <Command.List className="max-h-[50dvh] overflow-y-auto p-2">
              <Command.Empty className="px-2 py-6 text-center text-ink-faint text-sm">
                Nothing has this name.
              </Command.Empty>
              <Group heading="Pages">
                <Item onSelect={run(() => navigate({ to: "/inbox" }))} icon={<Inbox />} name="Inbox" />
                <Item onSelect={run(() => navigate({ to: "/" }))} icon={<House />} name="Start page" />
                <Item
                  onSelect={run(() => navigate({ to: "/settings/cores" }))}
                  icon={<Settings />}
                  name="Settings: Cores"
                />
                <Item
                  onSelect={run(() => navigate({ to: "/settings/account" }))}
                  icon={<Settings />}
                  name="Settings: Account"
                />
                <Item
                  onSelect={run(() => navigate({ to: "/settings/appearance" }))}
                  icon={<Settings />}
                  name="Settings: Appearance"
                />
                <Item
                  onSelect={run(() => navigate({ to: "/settings/keyboard" }))}
                  icon={<Keyboard />}
                  name="Settings: Keyboard"
                />
                <Item
                  onSelect={run(() => (afterwards.current = togglePanel))}
                  icon={<SquareTerminal />}
                  name="Terminal: show or hide"
                />
                <Item
                  onSelect={run(() => setTheme(isDark() ? "light" : "dark"))}
                  icon={<Moon />}
                  name="Colours: light or dark"
                />
                {me.role === "admin" && (
                  <Item
                    onSelect={run(() => navigate({ to: "/settings/cores", search: { add: true } }))}
                    icon={<Plus />}
                    name="Add a Core"
                  />
                )}
                {/* It stays open: here it says if that did not work. */}
                <Item onSelect={() => logOut.mutate()} icon={<LogOut />} name="Log out" />
              </Group>
              <Group heading="Cores">
                {cores.map(({ id, name }) => (
                  <Item
                    key={id}
                    id={id}
                    icon={<Server />}
                    name={name}
                    onSelect={run(() => navigate({ to: "/cores/$core", params: { core: id } }))}
                  />
                ))}
              </Group>
              {online.map((core, at) => (
                <Group key={core.id} heading={core.name}>
                  {workspaces[at]?.data?.map(({ name }) => (
                    <Item
                      key={name}
                      id={`${core.id}/${name}`}
                      icon={<Folder />}
                      name={name}
                      onSelect={run(() =>
                        navigate({
                          to: "/cores/$core/workspaces/$workspace",
                          params: { core: core.id, workspace: name },
                        }),
                      )}
                    />
                  ))}
                  {sessions[at]?.data?.map((session) => (
                    <Item
                      key={session.id}
                      id={session.id}
                      icon={<MessageSquare />}
                      name={sessionTitle(session)}
                      detail={session.workspace}
                      onSelect={run(() =>
                        navigate({
                          to: "/cores/$core/sessions/$session",
                          params: { core: core.id, session: session.id },
                        }),
                      )}
                    />
                  ))}
                </Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-ink-faint [&_[cmdk-group-heading]]:text-xs"
    >
      {children}
    </Command.Group>
  );
}

type ItemProps = { id?: string; icon: ReactNode; name: string; detail?: string; onSelect: () => void };

function Item({ id, icon, name, detail, onSelect }: ItemProps) {
  return (
    <Command.Item
      value={id ?? name}
      keywords={detail === undefined ? [name] : [name, detail]}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 text-sm data-[selected=true]:bg-sunken [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint"
    >
      <span aria-hidden>{icon}</span>
      <span className="min-w-0 flex-1 truncate">{name}</span>
      {detail && <span className="truncate text-ink-faint text-xs">{detail}</span>}
    </Command.Item>
  );
}
