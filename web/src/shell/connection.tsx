import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Unreachable } from "@/api/problem";
import { coresQuery } from "@/cores/queries";

/** Says it in place when the network or the gateway is away, and when it is back by going. */
export function Connection() {
  const online = useOnline();
  const { error, failureReason } = useQuery(coresQuery);
  const silent = error instanceof Unreachable || failureReason instanceof Unreachable;
  if (online && !silent) return null;
  return (
    <div role="status" className="bg-warn-soft px-4 py-1.5 text-center text-sm">
      {online
        ? "The gateway cannot be reached. What you type is kept, and this page goes on by itself."
        : "You are offline. What you type is kept, and this page goes on by itself."}
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
