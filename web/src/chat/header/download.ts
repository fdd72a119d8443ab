import { request } from "@/api/client";
import type { Session } from "@/api/schema";
import { oneLine } from "@/ui/one-line";
import { sessionTitle } from "../session-title";

export type Format = "markdown" | "json";

/** Saves a session as a file. A refusal is one before there is a file. */
export async function download(core: string, session: Session, format: Format): Promise<void> {
  const response = await request(`/api/v1/cores/${core}/sessions/${session.id}/export?format=${format}`);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName(sessionTitle(session), format);
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function fileName(title: string, format: Format): string {
  const name = oneLine(title, 80)
    .replace(/[^\p{L}\p{N}._ -]+/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "");
  return `${name === "" ? "session" : name}.${format === "json" ? "json" : "md"}`;
}
