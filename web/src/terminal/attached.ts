/** What a person should know of a terminal that is shown here. Pure: what happens goes in, what is to be shown comes out. */
import type { Exited } from "@/api/schema";
import type { Standing } from "@/live/stream";
import type { Gap } from "./place";
import type { Size, Told } from "./told";

export type Attached = {
  readonly standing: Standing;
  /** All that was said before is shown: what is typed now is typed there. */
  readonly live: boolean;
  /** Sees it, and types nothing. */
  readonly looksOn: boolean;
  /** What the terminal has. Undefined until it was reached once. */
  readonly size: Size | undefined;
  /** What there is room for here. */
  readonly room: Size | undefined;
  readonly title: string | null;
  readonly recorded: boolean;
  readonly exited: Exited | undefined;
  /** Something was said in between that is not kept any more. */
  readonly missed: boolean;
  /** What was said before it was first shown here is not kept any more. */
  readonly earlier: boolean;
  /** Something was typed just before the connection was lost. */
  readonly unsure: boolean;
  /** How often something was typed since the terminal could take nothing. */
  readonly refused: number;
};

/** What is said until somebody has read it. */
export type Readable = "missed" | "earlier" | "unsure";

export type Happening =
  | { readonly type: "standing"; readonly standing: Standing; readonly unanswered: boolean }
  | { readonly type: "told"; readonly told: Told; readonly gap?: Gap | undefined }
  | { readonly type: "fits"; readonly room: Size }
  | { readonly type: "caught_up" }
  | { readonly type: "typed" }
  | { readonly type: "refused" }
  | { readonly type: "looks_on"; readonly looksOn: boolean }
  | { readonly type: "read"; readonly what: Readable };

export const unattached = (looksOn: boolean): Attached => ({
  standing: { state: "connecting" },
  live: false,
  looksOn,
  size: undefined,
  room: undefined,
  title: null,
  recorded: false,
  exited: undefined,
  missed: false,
  earlier: false,
  unsure: false,
  refused: 0,
});

export const mayType = ({ live, looksOn, exited }: Attached): boolean => live && !looksOn && exited === undefined;

const same = (one: Size, other: Size | undefined): boolean => one.rows === other?.rows && one.columns === other.columns;

/** Whoever types decides the size. It was somebody elsewhere. */
export const isFittedElsewhere = ({ live, looksOn, exited, size, room }: Attached): boolean =>
  live && !looksOn && exited === undefined && size !== undefined && room !== undefined && !same(size, room);

export function after(before: Attached, happening: Happening): Attached {
  switch (happening.type) {
    case "standing": {
      const { standing } = happening;
      const unsure = before.unsure || (before.live && happening.unanswered);
      return { ...before, standing, unsure, live: standing.state === "live" && before.live };
    }
    case "told":
      return heard(gapped(before, happening.gap), happening.told);
    case "fits":
      return same(happening.room, before.room) ? before : { ...before, room: happening.room };
    case "caught_up":
      return { ...before, live: true, refused: 0 };
    case "typed":
      return before.unsure ? { ...before, unsure: false } : before;
    case "refused":
      return { ...before, refused: before.refused + 1 };
    case "looks_on":
      return { ...before, looksOn: happening.looksOn, refused: 0 };
    case "read":
      return { ...before, [happening.what]: false };
  }
}

function gapped(before: Attached, gap: Gap | undefined): Attached {
  switch (gap) {
    case "between":
      return { ...before, missed: true };
    case "earlier":
      return { ...before, earlier: true };
    case undefined:
      return before;
  }
}

function heard(before: Attached, told: Told): Attached {
  switch (told.type) {
    case "attached": {
      const { size, title, recorded } = told;
      return { ...before, size, title: title ?? null, recorded };
    }
    case "resized":
      return { ...before, size: told.size };
    case "title":
      return { ...before, title: told.title === "" ? null : told.title };
    case "exited":
      return { ...before, exited: { code: told.code ?? null, signal: told.signal ?? null }, refused: 0 };
    case "skipped":
    case "live":
    case "error":
      return before;
  }
}
