import { useQuery } from "@tanstack/react-query";
import { Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon, SquareTerminal } from "lucide-react";
import { useEffect, useState } from "react";
import { useOnePerson } from "@/account/another";
import { LoginEnded } from "@/account/login-ended";
import { reopenOutboxes } from "@/chat/composer/session-outbox";
import { useFollowedCores } from "@/cores/follow-cores";
import { FollowedCores } from "@/cores/followed-cores";
import { coresQuery } from "@/cores/queries";
import { Notices } from "@/notices/notices";
import { Button } from "@/ui/button";
import { cn } from "@/ui/class-names";
import { useAhead } from "./ahead";
import { beside } from "./beside";
import { Connection } from "./connection";
import { useDrawer } from "./drawer";
import { NewVersion } from "./new-version";
import { togglePanel, usePanel } from "./panel";
import { useRoom } from "./room";
import { Sidebar } from "./sidebar";
import { useStrayFiles } from "./stray-files";
import { useMe } from "./use-me";

const loadPalette = async () => (await import("@/palette/palette")).Palette;
const Palette = beside(loadPalette);
const TerminalPanel = beside(async () => (await import("@/terminal/terminal-panel")).TerminalPanel, {
  until: () => <div className="hidden w-96 border-l bg-sunken md:block" />,
});

/** The frame around every page: Cores on the left, the page, and the terminals of its Core on the right. */
export function Shell() {
  const me = useMe();
  const panel = usePanel();
  const drawer = useDrawer();
  const [palette, setPalette] = useState(false);
  const place = useRouterState({ select: (state) => state.location.pathname });
  const { core } = useParams({ strict: false });
  useOnePerson(me);
  useFollowedCores();
  useRoom();
  useStrayFiles();
  useEffect(reopenOutboxes, []);
  const { data: cores } = useQuery(coresQuery);
  // On a page of no Core the terminals are those of the first that answers.
  const terminals = core ?? cores?.find(({ link, revoked_at }) => link.status === "online" && !revoked_at)?.id;

  const { close } = drawer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the place changes
  useEffect(close, [place]);

  // What is typed behind Ctrl+K is then typed into it.
  useAhead(loadPalette);

  useEffect(() => {
    const toggle = (event: KeyboardEvent) => {
      if (event.ctrlKey && event.key === "`") {
        event.preventDefault();
        togglePanel();
      } else if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "k") {
        event.preventDefault();
        setPalette((open) => !open);
      }
    };
    window.addEventListener("keydown", toggle);
    return () => window.removeEventListener("keydown", toggle);
  }, []);

  return (
    <div className="flex h-(--room,100dvh) flex-col overflow-hidden">
      <a
        href="#page"
        className="sr-only z-50 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <Connection />
      <NewVersion />
      <header className="flex items-center gap-2 border-b bg-surface px-2 py-1.5 md:hidden">
        <Button
          kind="quiet"
          size="icon"
          aria-label="Cores and sessions"
          ref={drawer.button}
          aria-expanded={drawer.open}
          onClick={drawer.toggle}
        >
          <MenuIcon aria-hidden />
        </Button>
        <span className="flex-1 font-semibold">Condrix</span>
        <Button kind="quiet" size="icon" aria-label="Terminal" aria-pressed={panel} onClick={togglePanel}>
          <SquareTerminal aria-hidden />
        </Button>
      </header>
      <div className="relative flex min-h-0 flex-1">
        {drawer.open && (
          <button
            type="button"
            aria-label="Close the sidebar"
            className="absolute inset-0 z-20 bg-black/40 md:hidden"
            onClick={drawer.close}
          />
        )}
        <div
          ref={drawer.box}
          className={cn(
            "absolute inset-y-0 left-0 z-30 w-72 max-w-[85vw] shrink-0 md:static md:block md:w-64 lg:w-72",
            drawer.open ? "block" : "hidden",
          )}
        >
          <Sidebar me={me} />
        </div>
        <main id="page" className="flex min-w-0 flex-1 flex-col" tabIndex={-1} inert={drawer.open}>
          <div className="absolute top-2 right-2 z-10 hidden md:block">
            {!panel && (
              <Button
                kind="quiet"
                size="icon"
                title="Terminal (Ctrl+`)"
                aria-label="Terminal"
                aria-pressed={false}
                onClick={togglePanel}
              >
                <SquareTerminal aria-hidden />
              </Button>
            )}
          </div>
          <Outlet />
        </main>
        {panel && (
          <div className="contents" inert={drawer.open}>
            <TerminalPanel core={terminals} />
          </div>
        )}
      </div>
      <FollowedCores />
      <Notices me={me} />
      {palette && <Palette onClose={() => setPalette(false)} />}
      <LoginEnded me={me} />
    </div>
  );
}
