import { expect, test } from "vitest";
import { bytes } from "./bytes";

test("a size is said in the unit that people use", () => {
  expect(bytes(0)).toBe("0 bytes");
  expect(bytes(1)).toBe("1 byte");
  expect(bytes(1023)).toBe("1023 bytes");
  expect(bytes(1536)).toBe("1.5 KiB");
  expect(bytes(3_750_000)).toBe("3.6 MiB");
  expect(bytes(20 * 1024 ** 3)).toBe("20 GiB");
});
