/** What data looks like, said in a few words: for what comes from a Core, which may be newer than this page, or mean ill. */

export type Check = (value: unknown) => boolean;
export type Shape = Readonly<Record<string, Check>>;

export const text: Check = (value) => typeof value === "string";
export const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
export const flag: Check = (value) => typeof value === "boolean";
export const anything: Check = () => true;

export const like =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);

export const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);

export const shape =
  (shape: Shape): Check =>
  (value) =>
    isRecord(value) && Object.entries(shape).every(([name, check]) => check(value[name]));

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
