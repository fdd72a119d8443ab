import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import type { CoreView } from "@/api/schema";

/** As many as one answer has. A team with more Cores than that is asked for page by page. */
const PAGE = 200;

/** Every Core that is there for whoever is logged in, in the order of their pairing; revoked ones too. */
export const coresQuery = queryOptions({
  queryKey: ["cores"],
  queryFn: async ({ signal }): Promise<CoreView[]> => {
    const cores: CoreView[] = [];
    let after: string | undefined;
    do {
      const query = { limit: PAGE, ...(after === undefined ? {} : { after }) };
      const page = await answer(api.GET("/api/v1/cores", { params: { query }, signal }));
      cores.push(...page.items);
      after = page.next ?? undefined;
    } while (after !== undefined);
    return cores;
  },
  // Changes are told (see `follow-cores`).
  staleTime: Number.POSITIVE_INFINITY,
});

/** Pairing tokens that wait for their agent. */
export const pairingTokensQuery = queryOptions({
  queryKey: ["pairing-tokens"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/v1/pairing-tokens", { signal }))).items,
  refetchInterval: 10_000,
});

/** How much room a Core's journal has. */
export const journalQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "journal"],
    queryFn: async ({ signal }) => {
      const asked = api.GET("/api/v1/cores/{core}/journal", { params: { path: { core } }, signal });
      return ofCore.read(ofCore.journal, await answer(asked));
    },
    refetchInterval: 30_000,
  });

/** The public half of a Core's key for ssh. It is made when it is first asked for. */
export const deployKeyQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "deploy-key"],
    queryFn: async ({ signal }) => {
      const asked = api.GET("/api/v1/cores/{core}/git/deploy-key", { params: { path: { core } }, signal });
      return ofCore.read(ofCore.deployKey, await answer(asked));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The hosts that a Core has credentials for, never the credentials. */
export const gitCredentialsQuery = (core: string) =>
  queryOptions({
    queryKey: ["cores", core, "git-credentials"],
    queryFn: async ({ signal }) => {
      const asked = api.GET("/api/v1/cores/{core}/git/credentials", { params: { path: { core } }, signal });
      return ofCore.readable(
        ofCore.gitCredential,
        ofCore.read(ofCore.has("credentials"), await answer(asked)).credentials,
      );
    },
  });
