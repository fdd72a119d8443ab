import { cn } from "./class-names";
import { CopyButton } from "./copy";

type Props = { label: string; text: string; secret?: boolean; copy?: string; className?: string };

/** Something to take elsewhere as it stands. A secret is not shown in its whole length. */
export function CommandLine({ label, text, secret, copy, className }: Props) {
  return (
    <div className={cn("grid grid-cols-1 gap-1 text-sm", className)}>
      <span>{label}</span>
      <div className="flex min-h-9 items-center gap-1 rounded-md border bg-sunken pl-3">
        <code className={cn("min-w-0 flex-1 py-1.5 font-mono text-xs", secret ? "truncate" : "break-all")}>{text}</code>
        <CopyButton text={text} label={copy ?? (secret ? "Copy the token" : "Copy the command")} />
      </div>
    </div>
  );
}
