/** Which Core somebody who begins is led to. Pure. */
import type { CoreView, Me } from "@/api/schema";
import { isOthersPlan, mayWork, presence } from "@/cores/core-state";

/** One that can work for them; else one that they can sign in, if it is there now; else whichever there is. */
export function firstCore(cores: readonly CoreView[], me: Me): CoreView | undefined {
  const there = cores.filter((core) => presence(core) !== "revoked");
  const own = there.filter((core) => !isOthersPlan(core, me));
  return (
    there.find((core) => mayWork(core, me)) ?? own.find((core) => presence(core) === "online") ?? own[0] ?? there[0]
  );
}

/** What has been asked of a Core: which workspaces it has. */
type Asked = { readonly isPending: boolean; readonly data?: readonly unknown[] | undefined };

/**
 * Whether somebody begins: no Core is signed in, or none that could work has a workspace. `lists`: those Cores' workspaces;
 * until all have answered, nobody is taken for one who begins.
 */
export function begins(cores: readonly CoreView[], lists: readonly Asked[]): boolean {
  if (lists.some(({ isPending }) => isPending)) return false;
  const empty = lists.length > 0 && lists.every(({ data }) => data?.length === 0);
  return empty || !cores.some((core) => presence(core) !== "revoked" && core.claude.state === "signed_in");
}
