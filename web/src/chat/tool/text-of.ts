/** What a tool gave back, as text and pictures, whatever its form. */
import { isRecord } from "@/api/shape";
import { printed } from "../plain-text";

export type Output = { readonly text: string; readonly pictures: readonly string[] };

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function outputOf(content: unknown): Output {
  const texts: string[] = [];
  const pictures: string[] = [];
  for (const part of Array.isArray(content) ? content : [content]) {
    const picture = pictureOf(part);
    if (picture !== undefined) pictures.push(picture);
    else texts.push(textOf(part));
  }
  return { text: printed(texts.filter((text) => text !== "").join("\n")), pictures };
}

export function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? "";
}

function textOf(part: unknown): string {
  if (part === null || part === undefined) return "";
  if (typeof part === "string") return part;
  return isRecord(part) && part.type === "text" && typeof part.text === "string" ? part.text : pretty(part);
}

/** Its bytes are in the text itself: nothing is fetched from anywhere. */
function pictureOf(part: unknown): string | undefined {
  if (!isRecord(part) || part.type !== "image" || !isRecord(part.source)) return undefined;
  const { media_type: type, data } = part.source;
  if (typeof type !== "string" || !PICTURES.has(type) || typeof data !== "string") return undefined;
  return /^[A-Za-z0-9+/=]+$/.test(data) ? `data:${type};base64,${data}` : undefined;
}
