import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { words } from "@/api/problem";
import { useNewVersion } from "@/live/version";
import { Button } from "@/ui/button";
import { NEW_VERSION, reload } from "./new-version";
import { PartMissing } from "./part";

/** A page that cannot be shown says why and can be tried again. A part that a newer gateway no longer has is one of these. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const newVersion = useNewVersion();
  const missing = error instanceof PartMissing;
  const outdated = missing && newVersion;
  const again = async () => {
    await router.invalidate();
    reset();
  };
  return (
    <div role="alert" className="m-auto grid max-w-md gap-4 p-8 text-center">
      {!outdated && <h1 className="font-semibold text-xl">This cannot be shown</h1>}
      <p className="text-ink-soft">
        {outdated ? NEW_VERSION : missing ? `${words(error)}. The gateway cannot be reached now.` : words(error)}
      </p>
      <Button kind="primary" className="justify-self-center" onClick={outdated ? reload : again}>
        {outdated ? "Reload" : "Try again"}
      </Button>
    </div>
  );
}
