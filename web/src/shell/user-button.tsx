import { User } from "lucide-react";
import type { ComponentProps } from "react";
import type { Me } from "@/api/schema";
import { Button } from "@/ui/button";

/** Who is logged in. What it opens comes after it. */
export function UserButton({ me, ...rest }: { me: Me } & ComponentProps<typeof Button>) {
  return (
    <Button kind="quiet" size="small" className="min-w-0 flex-1 justify-start max-md:h-9" {...rest}>
      <User aria-hidden />
      <span className="truncate">{me.name}</span>
    </Button>
  );
}
