import { useQuery } from "@tanstack/react-query";
import type { CoreView } from "@/api/schema";
import { coresQuery } from "@/cores/queries";
import { useMe } from "@/shell/use-me";
import { coreBlocks } from "./blocked";

/** The Core of a page. Undefined: not known yet, or not there. */
export function useCore(core: string): CoreView | undefined {
  return useQuery(coresQuery).data?.find(({ id }) => id === core);
}

/** Why this person cannot answer for this Core now. */
export function useBlocked(core: string): string | undefined {
  const me = useMe();
  const { data } = useQuery(coresQuery);
  // Before the Cores are known nothing is said against it: the Core itself decides.
  return data === undefined
    ? undefined
    : coreBlocks(
        data.find(({ id }) => id === core),
        me,
      );
}
