import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import type { SlashCommand } from "@/api/schema";

export const commandsQuery = (core: string, session: string) =>
  queryOptions({
    queryKey: ["cores", core, "session", session, "commands"],
    queryFn: async ({ signal }) => {
      const params = { path: { core, session } };
      const asked = api.GET("/api/v1/cores/{core}/sessions/{session}/commands", { params, signal });
      return ofCore.readable(ofCore.command, ofCore.read(ofCore.has("commands"), await answer(asked)).commands);
    },
    staleTime: 60_000,
  });

/** The beginning of a command's name, where one is being written. */
export function commandBeing(text: string, caret: number): string | undefined {
  return /^\/([^\s/]*)$/.exec(text.slice(0, caret))?.[1]?.toLowerCase();
}

const MOST = 50;

/** Those that begin so first, then those that have it anywhere. */
export function matching(commands: readonly SlashCommand[], beginning: string): SlashCommand[] {
  const begins = commands.filter(({ name }) => name.toLowerCase().startsWith(beginning));
  const within = commands.filter(
    ({ name }) => !name.toLowerCase().startsWith(beginning) && name.toLowerCase().includes(beginning),
  );
  return [...begins, ...within].slice(0, MOST);
}

/** The text with the command in place of what was begun of it. */
export function completed(text: string, caret: number, { name }: SlashCommand): { text: string; caret: number } {
  const rest = text.slice(caret).replace(/^\S*\s?/, "");
  const head = `/${name} `;
  return { text: head + rest, caret: head.length };
}
