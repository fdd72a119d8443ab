import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { words } from "@/api/problem";
import { Button } from "@/ui/button";

/** A page that cannot be shown says why and can be tried again. A part that a newer gateway no longer has is one of these. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const outdated = /dynamically imported module|Importing a module script failed/.test(words(error));
  const again = () => {
    if (outdated) return location.reload();
    reset();
    return router.invalidate();
  };
  return (
    <div role="alert" className="m-auto grid max-w-md gap-4 p-8 text-center">
      <h1 className="font-semibold text-xl">{outdated ? "There is a newer version" : "This page cannot be shown"}</h1>
      <p className="text-ink-soft">
        {outdated ? "The gateway was upgraded since this page was loaded." : words(error)}
      </p>
      <Button kind="primary" className="justify-self-center" onClick={again}>
        {outdated ? "Load it" : "Try again"}
      </Button>
    </div>
  );
}
