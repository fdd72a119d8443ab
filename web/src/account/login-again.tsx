import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Me } from "@/api/schema";
import { Dialog } from "@/ui/dialog";
import { LoginForm } from "./login-form";
import { startAnew } from "./mine";
import { backQuery, meQuery } from "./queries";

type Props = { me: Me; onDone: () => void };

export function LoginAgain({ me, onDone }: Props) {
  const client = useQueryClient();
  // Whoever logs in again does so in one tab.
  const { data: now } = useQuery(backQuery);
  useEffect(() => {
    if (now == null) return;
    if (now.user !== me.user) return startAnew();
    client.setQueryData(meQuery.queryKey, now);
    onDone();
  }, [now, me.user, client, onDone]);
  return (
    <Dialog
      open
      held
      onOpenChange={() => {}}
      title="Your login has ended"
      description="Log in again to go on. Nothing that you have typed is lost."
    >
      <LoginForm name={me.name} onDone={onDone} />
      <p className="mt-4 text-sm">
        {/* A whole new page: nothing of this login stays in memory. */}
        <a className="text-accent-text underline" href="/login">
          Log in as somebody else
        </a>
      </p>
    </Dialog>
  );
}
