import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SlashCommand } from "@/api/schema";
import { commandBeing, commandsQuery, matching } from "./commands";

export type Completion = {
  /** None: nothing is to be completed. */
  readonly commands: readonly SlashCommand[];
  readonly active: number;
  readonly move: (by: number) => void;
  readonly close: () => void;
};

/** The commands that fit to what is being written. */
export function useCompletion(core: string, session: string, text: string, caret: number, able: boolean): Completion {
  const beginning = able ? commandBeing(text, caret) : undefined;
  const { data } = useQuery({ ...commandsQuery(core, session), enabled: beginning !== undefined });
  const [place, setPlace] = useState({ beginning, at: 0, closed: false });
  const fresh = place.beginning === beginning ? place : { beginning, at: 0, closed: place.closed && beginning !== "" };
  const commands = beginning === undefined || fresh.closed ? [] : matching(data ?? [], beginning);
  return {
    commands,
    active: Math.min(fresh.at, Math.max(0, commands.length - 1)),
    move: (by) => {
      const count = commands.length;
      if (count > 0) setPlace({ ...fresh, at: (Math.min(fresh.at, count - 1) + by + count) % count });
    },
    close: () => setPlace({ ...fresh, closed: true }),
  };
}
