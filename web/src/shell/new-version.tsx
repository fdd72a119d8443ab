import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useCoresStanding } from "@/cores/follow-cores";
import { lookForVersion, useNewVersion } from "@/live/version";
import { Button } from "@/ui/button";

export const NEW_VERSION = "A new version is here. Reload when it suits you; drafts are kept.";
export const reload = () => location.reload();

/** A gateway that was upgraded was away for a moment: then it is asked at once. */
const CAME_BACK = 10_000;
const LOOKED_AT = 5 * 60_000;

/** Says that the gateway was upgraded since this page was loaded, and leaves it to its reader when to follow. */
export function NewVersion() {
  const { state } = useCoresStanding();
  const there = useNewVersion();
  const [put, setPut] = useState(false);
  useEffect(() => {
    if (state === "live") void lookForVersion(CAME_BACK);
  }, [state]);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") void lookForVersion(LOOKED_AT);
    };
    const timer = setInterval(look, LOOKED_AT);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  if (!there || put) return null;
  return (
    <div role="status" className="flex items-center justify-center gap-2 border-b bg-accent-soft px-2 py-1 text-sm">
      <p className="min-w-0 px-2">{NEW_VERSION}</p>
      <Button size="small" className="max-md:h-9" onClick={reload}>
        Reload
      </Button>
      <Button kind="quiet" size="icon" className="max-md:size-9" aria-label="Not now" onClick={() => setPut(true)}>
        <X aria-hidden />
      </Button>
    </div>
  );
}
