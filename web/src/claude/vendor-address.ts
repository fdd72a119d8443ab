/** Where a Core may send somebody to approve: the vendor's own pages. A Core that says otherwise is not believed. */
const PAGES = ["https://claude.com/cai/oauth/authorize?", "https://platform.claude.com/oauth/authorize?"];

export const isVendors = (url: string): boolean => PAGES.some((page) => url.startsWith(page));

/** Where sign-ins and keys are ended at the vendor. */
export const ACCOUNT_SETTINGS = "https://claude.ai/settings";
export const CONSOLE_KEYS = "https://platform.claude.com/settings/keys";
