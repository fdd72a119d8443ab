/** Who may entrust a Core with what acts as its user, unasked: pure, so that every place says the same. */
import type { CoreView, Me } from "@/api/schema";
import { isOthersPlan, presence } from "@/cores/core-state";

/** Whether it is this person's to say. The Core may be away just now. */
export function mayEntrust(core: CoreView, me: Me): boolean {
  return me.role === "admin" && !isOthersPlan(core, me);
}

/** Why it is not to be said now, or not by this person. Undefined: nothing stands in the way. */
export function entrustBlocks(core: CoreView | undefined, me: Me): string | undefined {
  if (core === undefined) return "This Core is not there for you.";
  switch (presence(core)) {
    case "revoked":
      return "The Core was revoked.";
    case "offline":
      return "The Core is offline. This can be changed when it is back.";
    case "online":
  }
  if (isOthersPlan(core, me)) return "This Core uses the plan of somebody else, who alone can change this.";
  if (me.role !== "admin") return "An administrator can change this.";
  return undefined;
}
