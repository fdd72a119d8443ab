import { expect, test } from "vitest";
import { isImitated } from "./graphics";

test("graphics that a processor imitates are told from those of hardware", () => {
  for (const name of [
    "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
    "llvmpipe (LLVM 15.0.6, 256 bits)",
    "Microsoft Basic Render Driver",
    null,
  ]) {
    expect(isImitated(name), `${name}`).toBe(true);
  }
  for (const name of [
    "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)",
    "Apple GPU",
    "WebKit WebGL",
  ]) {
    expect(isImitated(name), name).toBe(false);
  }
});
