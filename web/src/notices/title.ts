import { useEffect } from "react";
import waitingIcon from "./favicon-waiting.svg";

let page = "Condrix";
let waiting = 0;

function show(): void {
  document.title = waiting > 0 ? `(${waiting}) ${page}` : page;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = waiting > 0 ? waitingIcon : "/favicon.svg";
  if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

/** What the browser's tab says of this page. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    page = title ? `${title} · Condrix` : "Condrix";
    show();
    return () => {
      page = "Condrix";
      show();
    };
  }, [title]);
}

/** In how many sessions something waits: in the tab's title and icon, for whoever is on another one. */
export function useWaitingInTitle(count: number): void {
  useEffect(() => {
    waiting = count;
    show();
  }, [count]);
}
