/** What terminals are called and how they stand, in words. */
import type { Exited, Terminal } from "@/api/schema";
import { oneLine } from "@/ui/one-line";

export function terminalName({ name, title, workspace }: Pick<Terminal, "name" | "title" | "workspace">): string {
  for (const called of [name, title, workspace]) {
    const text = oneLine(called ?? "", 64);
    if (text !== "") return text;
  }
  return "Shell";
}

export function ending({ code, signal }: Exited): string {
  if (typeof signal === "number") return `Ended by signal ${signal}`;
  if (typeof code === "number" && code !== 0) return `Ended with code ${code}`;
  return "Ended";
}

/** Who else is there. `here`: as what this page is counted, if it is. */
export function company({ writers, observers }: Pick<Terminal, "writers" | "observers">, here?: "writer" | "observer") {
  const uses = Math.max(0, writers - (here === "writer" ? 1 : 0));
  const looks = Math.max(0, observers - (here === "observer" ? 1 : 0));
  const said = [
    uses === 0 ? "" : uses === 1 ? "1 other types" : `${uses} others type`,
    looks === 0 ? "" : looks === 1 ? "1 looks on" : `${looks} look on`,
  ].filter((each) => each !== "");
  return said.join(", ");
}
