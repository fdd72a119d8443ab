import { useEffect } from "react";
import { oneLine } from "@/ui/one-line";
import waitingIcon from "./favicon-waiting.svg";

/** More of it no tab shows. */
const LONGEST = 80;

let page = "Condrix";
let waiting = 0;

function show(): void {
  document.title = waiting > 0 ? `(${waiting}) ${page}` : page;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = waiting > 0 ? waitingIcon : "/favicon.svg";
  if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

/** What the browser's tab says of this page. It may be a name from elsewhere. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    const name = oneLine(title ?? "", LONGEST);
    page = name ? `${name} · Condrix` : "Condrix";
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
