/** Parts of the client that are loaded when they are needed. */
import { lazyRouteComponent } from "@tanstack/react-router";
import { lookForVersion } from "@/live/version";

/** The router itself would load the whole page anew where a part cannot be had: that is for its reader to decide. */
export class PartMissing extends Error {
  override readonly name = "PartMissing";

  constructor(cause: unknown) {
    super("A part of this page could not be loaded", { cause });
  }
}

export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // A gateway that was upgraded does not have it any more.
    await lookForVersion(0);
    throw new PartMissing(error);
  }
}

export const part: typeof lazyRouteComponent = (load, name) => lazyRouteComponent(() => loadPart(load), name);
