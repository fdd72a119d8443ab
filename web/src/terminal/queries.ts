import { queryOptions } from "@tanstack/react-query";
import { answer, api, request } from "@/api/client";
import type { Recording, Terminal } from "@/api/schema";

/** A Core's terminals, oldest first. Others open and close them too. */
export const terminalsQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "terminals"],
    queryFn: async ({ signal }): Promise<Terminal[]> =>
      (await answer(api.GET("/api/v1/cores/{core}/terminals", { params: { path: { core } }, signal }))).terminals,
    refetchInterval: 3_000,
  });

export const recordingsQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "recordings"],
    queryFn: async ({ signal }): Promise<Recording[]> =>
      (await answer(api.GET("/api/v1/cores/{core}/recordings", { params: { path: { core } }, signal }))).recordings,
  });

export const openTerminal = (core: string, workspace: string | undefined): Promise<Terminal> =>
  answer(
    api.POST("/api/v1/cores/{core}/terminals", {
      params: { path: { core } },
      body: workspace === undefined ? {} : { workspace },
    }),
  );

export const renameTerminal = (core: string, terminal: string, name: string): Promise<Terminal> =>
  answer(
    api.PATCH("/api/v1/cores/{core}/terminals/{terminal}", { params: { path: { core, terminal } }, body: { name } }),
  );

export const closeTerminal = (core: string, terminal: string) =>
  answer(api.DELETE("/api/v1/cores/{core}/terminals/{terminal}", { params: { path: { core, terminal } } }));

export const removeRecording = (core: string, terminal: string) =>
  answer(api.DELETE("/api/v1/cores/{core}/recordings/{terminal}", { params: { path: { core, terminal } } }));

export const readRecording = async (core: string, terminal: string): Promise<Blob> =>
  (await request(`/api/v1/cores/${encodeURIComponent(core)}/recordings/${encodeURIComponent(terminal)}`)).blob();

export const terminalUrl = (core: string, terminal: string): string =>
  `/api/v1/cores/${encodeURIComponent(core)}/terminals/${encodeURIComponent(terminal)}`;
