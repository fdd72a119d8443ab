import { useEffect, useState } from "react";
import { useCoresStanding } from "@/cores/follow-cores";
import { useMissed } from "@/live/use-missed";
import { awayWords } from "./away-words";
import { usePanel } from "./panel";

/** Says it in place when the network or the gateway is away, and that it is back by going. */
export function Connection() {
  const online = useOnline();
  const terminals = usePanel();
  const missed = useMissed(useCoresStanding().state !== "live");
  if (online && !missed) return null;
  return (
    <div role="status" className="bg-warn-soft px-4 py-1.5 text-center text-sm">
      {awayWords(online, terminals)}
    </div>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return online;
}
