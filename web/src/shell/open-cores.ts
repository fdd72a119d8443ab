/** Which Cores are open in the sidebar: as somebody left them, and where nobody did, as many as can be looked over. */
import { useState } from "react";

const KEY = "condrix.open-cores";
/** More of them begin folded. */
const FEW = 8;

type Left = Readonly<Record<string, boolean>>;

/** What is not understood is forgotten. */
export function readLeft(text: string | null): Left {
  try {
    const said: unknown = JSON.parse(text ?? "{}");
    if (typeof said !== "object" || said === null) return {};
    return Object.fromEntries(Object.entries(said).filter(([, open]) => typeof open === "boolean"));
  } catch {
    return {};
  }
}

type Stands = {
  /** How many Cores there are. */
  readonly all: number;
  /** The page shows it, or something on it. */
  readonly here: boolean;
  /** Something on it waits for an answer. */
  readonly waits: boolean;
};

export const isOpen = (left: Left, core: string, { all, here, waits }: Stands): boolean =>
  left[core] ?? (all <= FEW || here || waits);

export function useOpenCore(core: string, stands: Stands): [boolean, () => void] {
  const [left, setLeft] = useState(() => readLeft(localStorage.getItem(KEY)));
  const open = isOpen(left, core, stands);
  const toggle = () => {
    const next = { ...readLeft(localStorage.getItem(KEY)), [core]: !open };
    localStorage.setItem(KEY, JSON.stringify(next));
    setLeft(next);
  };
  return [open, toggle];
}
