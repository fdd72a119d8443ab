import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { words } from "@/api/problem";
import { cn } from "./class-names";

const looks = {
  info: { icon: Info, look: "bg-sunken text-ink" },
  good: { icon: CircleCheck, look: "bg-good-soft text-ink [&>svg]:text-good" },
  warn: { icon: TriangleAlert, look: "bg-warn-soft text-ink [&>svg]:text-warn" },
  bad: { icon: CircleAlert, look: "bg-bad-soft text-ink [&>svg]:text-bad" },
} as const;

type Props = {
  kind?: keyof typeof looks;
  children: ReactNode;
  action?: ReactNode;
  className?: string;
  still?: boolean;
};

/** Something that is to be read where it stands. `still`: it is no news, and not read out when it comes into view. */
export function Notice({ kind = "info", children, action, className, still }: Props) {
  const { icon: Icon, look } = looks[kind];
  return (
    <div
      role={still ? undefined : kind === "bad" ? "alert" : "status"}
      className={cn("flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg px-3 py-2 text-sm", look, className)}
    >
      <Icon className="size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1 break-words">{children}</div>
      {action}
    </div>
  );
}

/** What went wrong, if something did. */
export function Failure({ error, className }: { error: unknown; className?: string }) {
  if (error === null || error === undefined) return null;
  return (
    <Notice kind="bad" {...(className === undefined ? {} : { className })}>
      {words(error)}
    </Notice>
  );
}
