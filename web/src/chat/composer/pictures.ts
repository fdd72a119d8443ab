/** Pictures that go with a message. */
import type { ImageType } from "@/api/schema";
import { bytes } from "@/ui/bytes";
import { oneLine } from "@/ui/one-line";

export type Picture = {
  readonly id: string;
  readonly name: string;
  readonly type: ImageType;
  readonly size: number;
  readonly base64: string;
};

export const TYPES: readonly ImageType[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const MOST = 8;
const LARGEST = 3_750_000;
/** Of a whole message, with room for its text. */
const TOGETHER = 7_500_000;

export const isPictureType = (type: string): type is ImageType => TYPES.some((it) => it === type);
export const dataUrl = ({ type, base64 }: Picture): string => `data:${type};base64,${base64}`;

export const picturesWords = (number: number): string => (number === 1 ? "1 picture" : `${number} pictures`);

type Offered = { readonly name: string; readonly type: string; readonly size: number };
export type Judged<T> = { readonly taken: readonly T[]; readonly refused: readonly string[] };

const encoded = (size: number) => Math.ceil(size / 3) * 4;

/** Which of the files go with the message, and what is said of the others. */
export function judge<T extends Offered>(offered: readonly T[], already: readonly { size: number }[]): Judged<T> {
  const taken: T[] = [];
  const refused: string[] = [];
  let room = TOGETHER - already.reduce((sum, { size }) => sum + encoded(size), 0);
  for (const file of offered) {
    const name = oneLine(file.name, 60) || "A picture";
    if (!isPictureType(file.type)) refused.push(`${name} is no PNG, JPEG, GIF or WebP picture.`);
    else if (file.size === 0) refused.push(`${name} is empty.`);
    else if (file.size > LARGEST) refused.push(`${name} has ${bytes(file.size)}; at most ${bytes(LARGEST)} are taken.`);
    else if (already.length + taken.length >= MOST)
      refused.push(`${name} is one too many: a message has at most ${MOST}.`);
    else if (encoded(file.size) > room) refused.push(`${name} does not fit any more: send it with another message.`);
    else {
      taken.push(file);
      room -= encoded(file.size);
    }
  }
  return { taken, refused };
}

export function read(file: File): Promise<Picture | undefined> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    const { name, type, size } = file;
    reader.onerror = () => resolve(undefined);
    reader.onload = () => {
      const base64 = typeof reader.result === "string" ? reader.result.split(",")[1] : undefined;
      resolve(
        base64 !== undefined && isPictureType(type)
          ? { id: crypto.randomUUID(), name: oneLine(name, 60), type, size, base64 }
          : undefined,
      );
    };
    reader.readAsDataURL(file);
  });
}
