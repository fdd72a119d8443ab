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

/** Whether somebody begins. `empty`: no workspace is on any Core that could work. */
export const begins = (cores: readonly CoreView[], empty: boolean): boolean =>
  empty || !cores.some((core) => presence(core) !== "revoked" && core.claude.state === "signed_in");
