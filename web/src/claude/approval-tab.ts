/** The tab in which somebody approves at the vendor. A browser opens it within the click only, before its address is known. */
export type ApprovalTab = { readonly go: (url: string) => void; readonly close: () => void };

/** Undefined where the browser does not allow it: then there is the link. */
export function openApprovalTab(core: string): ApprovalTab | undefined {
  const tab = window.open("about:blank", "_blank");
  if (tab === null) return undefined;
  tab.opener = null;
  tab.document.title = "Sign In with Claude";
  tab.document.body.textContent = `Asking the Core “${core}” for Claude’s page…`;
  tab.document.body.style.font = "1rem system-ui";
  tab.document.body.style.margin = "2rem";
  return {
    // Without an entry of the blank page in the tab's history.
    go: (url) => tab.location.replace(url),
    close: () => tab.close(),
  };
}
