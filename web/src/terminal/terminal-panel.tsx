import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { X } from "lucide-react";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { CoreView } from "@/api/schema";
import { sessionsQuery } from "@/chat/queries";
import { presence } from "@/cores/core-state";
import { coresQuery } from "@/cores/queries";
import { setPanel } from "@/shell/panel";
import { Button } from "@/ui/button";
import { Tip } from "@/ui/tip";
import { CorePicker } from "./core-picker";
import { CoreTerminals } from "./core-terminals";
import { usePreferences } from "./preferences";
import { ResizeHandle } from "./resize-handle";
import { dropWish, wishToType } from "./wish";

/** The right sidebar: terminals of the page's Core, or of another that somebody picks. */
export function TerminalPanel({ core }: { core: string | undefined }) {
  const { width } = usePreferences();
  const { data: cores } = useQuery(coresQuery);
  const [picked, setPicked] = useState<{ on: string | undefined; core: string }>();
  const { core: here, workspace } = usePlace();
  // What was picked holds until the page goes to another Core.
  const wanted = picked !== undefined && picked.on === core ? picked.core : core;
  const there = cores?.filter((each) => presence(each) !== "revoked") ?? [];
  const shown = cores?.find(({ id }) => id === wanted) ?? there[0];
  const pick = (id: string) => {
    if (id !== shown?.id) wishToType();
    setPicked({ on: core, core: id });
  };
  const before = useRef(core);
  useEffect(() => {
    // Terminals that come with another page are nobody's wish.
    if (before.current !== core) dropWish();
    before.current = core;
  }, [core]);
  const style: CSSProperties & { "--panel": string } = { "--panel": `${width}px` };
  const leave = (
    <Tip text="Close the panel (Ctrl+`)">
      <Button
        kind="quiet"
        size="icon"
        className="max-md:size-9"
        aria-label="Close the panel"
        onClick={() => setPanel(false)}
      >
        <X aria-hidden />
      </Button>
    </Tip>
  );
  return (
    <aside
      aria-label="Terminals"
      data-terminals
      style={style}
      className="absolute inset-0 z-20 flex flex-col bg-surface md:relative md:border-l md:inset-auto md:w-(--panel) md:min-w-70 md:max-w-[calc(100vw-36rem)] md:shrink-0"
    >
      <ResizeHandle width={width} />
      {shown === undefined ? (
        <Nowhere cores={cores}>{leave}</Nowhere>
      ) : (
        <CoreTerminals
          key={shown.id}
          core={shown.id}
          workspace={shown.id === here ? workspace : undefined}
          picker={<CorePicker cores={there} core={shown} onPick={pick} />}
          leave={leave}
        />
      )}
    </aside>
  );
}

/** The Core and the workspace that the page shows, by itself or by one of its sessions. */
function usePlace(): { core: string | undefined; workspace: string | undefined } {
  const { core, workspace, session } = useParams({ strict: false });
  const { data } = useQuery({ ...sessionsQuery(core ?? ""), enabled: core !== undefined && session !== undefined });
  return { core, workspace: workspace ?? data?.find(({ id }) => id === session)?.workspace ?? undefined };
}

function Nowhere({ cores, children }: { cores: CoreView[] | undefined; children: React.ReactNode }) {
  return (
    <>
      <div className="flex justify-end p-1">{children}</div>
      <p className="p-4 text-ink-soft text-sm">
        {cores === undefined ? "Asking for the Cores…" : "There is no Core yet. Terminals come with the first one."}
      </p>
    </>
  );
}
