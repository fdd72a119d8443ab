import { words } from "@/api/problem";
import { Notice } from "@/ui/notice";

/** Why logging out did not work, if it did not. */
export function StillIn({ error, className }: { error: unknown; className: string }) {
  if (error === null) return null;
  return (
    <Notice kind="bad" className={className}>
      You are still logged in: {words(error)}
    </Notice>
  );
}
