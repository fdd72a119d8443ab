/** A plan's limits, in words. */
import type { PlanLimit } from "@/api/schema";
import { oneLine } from "@/ui/one-line";

const WINDOWS: Readonly<Record<string, string>> = {
  five_hour: "Five hours",
  seven_day: "Seven days",
  seven_day_opus: "Seven days, Opus",
  seven_day_sonnet: "Seven days, Sonnet",
  overage: "Extra usage",
};

export function windowName(window: string): string {
  return Object.hasOwn(WINDOWS, window) ? (WINDOWS[window] ?? "") : oneLine(window.replaceAll("_", " "), 40);
}

export function limitWords({ status, used_percent: used }: PlanLimit): string {
  const part = used === null || used === undefined ? undefined : `${used} % used`;
  switch (status) {
    case "rejected":
      return part === undefined ? "Used up" : `Used up (${part})`;
    case "allowed_warning":
      return part === undefined ? "Nearly used up" : `Nearly used up (${part})`;
    case "allowed":
      return part ?? "Within the limit";
    case "unknown":
      return part ?? "Not known";
  }
}

/** A limit whose time is up says nothing of the present. */
export function isOver({ resets_at }: PlanLimit, now: Date): boolean {
  return resets_at !== null && resets_at !== undefined && new Date(resets_at) <= now;
}
