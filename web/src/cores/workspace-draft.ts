/** A workspace that is about to be made: what the Core takes, and what was typed so far. */
import { mine } from "@/account/mine";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const WORKSPACE_NAME_HINT = "Letters, digits, dots, dashes and underscores; it begins with a letter or digit.";
export const isWorkspaceName = (text: string): boolean => NAME.test(text);

export type WorkspaceDraft = {
  readonly from: "empty" | "clone";
  readonly name: string;
  readonly url: string;
  readonly branch: string;
};
export const BLANK: WorkspaceDraft = { from: "empty", name: "", url: "", branch: "" };

/** What is wrong with a repository's address; undefined where the Core may look at it. */
export function addressTrouble(url: string): string | undefined {
  if (/[^\x21-\x7e]|\\/.test(url)) return "An address holds neither spaces nor other than plain characters.";
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/@]*)@)?/i.exec(url);
  if (scheme) {
    const [, name, user] = scheme;
    if (name !== "https" && name !== "ssh") return "A repository is cloned over https or ssh, and nothing else.";
    if (user?.includes(":") || (name === "https" && user !== undefined)) {
      return "An address holds no name, password or token: store that as a credential of this Core.";
    }
    return undefined;
  }
  return /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:.+/.test(url)
    ? undefined
    : "An address is https://…, ssh://… or user@host:path.";
}

/** What a clone is called where nobody says otherwise. */
export function nameOf(url: string): string {
  const last = url
    .replace(/[/\s]+$/, "")
    .replace(/\.git$/, "")
    .split(/[/:]/)
    .at(-1);
  const name = (last ?? "").replace(/[^A-Za-z0-9._-]/g, "-").replace(/^[._-]+/, "");
  return name.slice(0, 64);
}

const key = (core: string) => mine(`new-workspace.${core}`);

export function keepDraft(core: string, draft: WorkspaceDraft | undefined): void {
  if (draft === undefined) sessionStorage.removeItem(key(core));
  else sessionStorage.setItem(key(core), JSON.stringify(draft));
}

export function keptDraft(core: string): WorkspaceDraft {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(core)) ?? "{}");
    if (typeof value !== "object" || value === null) return BLANK;
    const text = (name: string) => {
      const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
      return typeof found === "string" ? found : "";
    };
    const from = text("from") === "clone" ? "clone" : "empty";
    return { from, name: text("name"), url: text("url"), branch: text("branch") };
  } catch {
    // Something else has written there.
    return BLANK;
  }
}
