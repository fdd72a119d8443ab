/** The token of a set-up link. In the address it would stay in the history and on screenshots: it is kept beside it. */
import { useEffect, useState } from "react";

const KEPT = "setUp";

/** From the link itself, or from what was kept of one before. Empty: there is none. */
export function tokenOf(hash: string, state: unknown): string {
  if (hash.length > 1) return new URLSearchParams(hash.slice(1)).get("token") ?? "";
  const kept = typeof state === "object" && state !== null && KEPT in state ? state[KEPT] : undefined;
  return typeof kept === "string" ? kept : "";
}

/** The link's token. `onAnother`: when another link is opened in the same tab. */
export function useSetupToken(onAnother: () => void): string {
  const [token, setToken] = useState(() => tokenOf(location.hash, history.state));
  useEffect(() => {
    const take = () => {
      if (location.hash === "") return;
      const found = tokenOf(location.hash, history.state);
      setToken(found);
      // Of this entry alone, so that the page can be loaded again.
      const state: unknown = history.state;
      history.replaceState({ ...(typeof state === "object" ? state : {}), [KEPT]: found }, "", location.pathname);
    };
    const another = () => {
      take();
      onAnother();
    };
    take();
    window.addEventListener("hashchange", another);
    return () => window.removeEventListener("hashchange", another);
  }, [onAnother]);
  return token;
}
