import { queryOptions } from "@tanstack/react-query";
import { answer, api, request } from "@/api/client";
import * as ofCore from "@/api/of-core";
import { isProblem } from "@/api/problem";
import type { Recording, Terminal } from "@/api/schema";
import type { Size } from "./told";

/** A Core's terminals, oldest first. Others open and close them too. */
export const terminalsQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "terminals"],
    queryFn: async ({ signal }): Promise<Terminal[]> => {
      const asked = api.GET("/api/v1/cores/{core}/terminals", { params: { path: { core } }, signal });
      return ofCore.readable(ofCore.terminal, ofCore.read(ofCore.has("terminals"), await answer(asked)).terminals);
    },
    refetchInterval: 3_000,
  });

export const recordingsQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "recordings"],
    queryFn: async ({ signal }): Promise<Recording[]> => {
      const asked = api.GET("/api/v1/cores/{core}/recordings", { params: { path: { core } }, signal });
      return ofCore.readable(ofCore.recording, ofCore.read(ofCore.has("recordings"), await answer(asked)).recordings);
    },
  });

/** `size`: of the place that waits for it. */
export async function openTerminal(core: string, workspace?: string, size?: Size): Promise<Terminal> {
  const body = { ...(workspace === undefined ? {} : { workspace }), ...(size === undefined ? {} : { size }) };
  const opened = api.POST("/api/v1/cores/{core}/terminals", { params: { path: { core } }, body });
  return ofCore.read(ofCore.terminal, await answer(opened));
}

export async function renameTerminal(core: string, terminal: string, name: string): Promise<Terminal> {
  const params = { path: { core, terminal } };
  const renamed = api.PATCH("/api/v1/cores/{core}/terminals/{terminal}", { params, body: { name } });
  return ofCore.read(ofCore.terminal, await answer(renamed));
}

/** Where somebody else was first, it is closed all the same. */
export async function closeTerminal(core: string, terminal: string): Promise<void> {
  try {
    await answer(api.DELETE("/api/v1/cores/{core}/terminals/{terminal}", { params: { path: { core, terminal } } }));
  } catch (error) {
    if (!isProblem(error, "not-found")) throw error;
  }
}

export const removeRecording = (core: string, terminal: string) =>
  answer(api.DELETE("/api/v1/cores/{core}/recordings/{terminal}", { params: { path: { core, terminal } } }));

export const readRecording = async (core: string, terminal: string): Promise<Blob> =>
  (await request(`/api/v1/cores/${encodeURIComponent(core)}/recordings/${encodeURIComponent(terminal)}`)).blob();

export const terminalUrl = (core: string, terminal: string): string =>
  `/api/v1/cores/${encodeURIComponent(core)}/terminals/${encodeURIComponent(terminal)}`;
