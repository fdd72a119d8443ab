/** What somebody typed or opened, kept for as long as this tab lives: rows that scroll out of view are forgotten otherwise. */
import { useState } from "react";
import { mine } from "@/account/mine";

export function useKept(key: string, initial: string): [string, (value: string) => void, () => void] {
  const place = mine(`kept.${key}`);
  const [value, setValue] = useState(() => sessionStorage.getItem(place) ?? initial);
  const keep = (next: string) => {
    setValue(next);
    try {
      sessionStorage.setItem(place, next);
    } catch {
      // There is no room for it: it lives as long as it is shown.
    }
  };
  const forget = () => sessionStorage.removeItem(place);
  return [value, keep, forget];
}

const opened = new Map<string, boolean>();
const MOST = 2_000;

/** Whether a fold is open. */
export function useOpen(key: string, initially = false): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(() => opened.get(key) ?? initially);
  return [
    open,
    (next) => {
      if (opened.size >= MOST) opened.clear();
      opened.set(key, next);
      setOpen(next);
    },
  ];
}
