/** Drawing by a processor that only imitates what graphics hardware does is slower than drawing with the page's own means. */
const IMITATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export const isImitated = (renderer: unknown): boolean => typeof renderer !== "string" || IMITATED.test(renderer);

export function hasGraphics(): boolean {
  const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (context === null) return false;
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const renderer: unknown = context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  // A browser has few contexts; this one is given back.
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !isImitated(renderer);
}
