/** What somebody with a phone in one hand needs of a page: it is as wide as the screen, and a thumb meets one control. */

const THUMB = 36;

/** Fails where a page can be pushed sideways, or where a control is too small to be touched. */
export async function fits(page, what) {
  const wrong = await page.evaluate((thumb) => {
    const found = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`it is ${scrollWidth} px wide on a screen of ${clientWidth}`);
    for (const control of document.querySelectorAll(
      "button, a[href], input:not([type=hidden], [type=file]), select, textarea, summary",
    )) {
      const { height, left, right } = control.getBoundingClientRect();
      const style = getComputedStyle(control);
      // What is there for a screen reader alone is cut away.
      const seen =
        control.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && style.clipPath === "none";
      // A link within a line is as high as the line is.
      const inText = style.display === "inline";
      if (!seen || inText || control.closest("[inert], [aria-hidden=true]")) continue;
      const name = control.getAttribute("aria-label") ?? control.textContent.trim().slice(0, 40);
      // A label belongs to what it names: both are touched.
      const label = control.labels?.[0]?.getBoundingClientRect();
      const high = Math.max(height, label?.height ?? 0);
      if (high < thumb - 0.5) found.push(`“${name}” is ${height.toFixed(0)} px high`);
      if (left < -1 || right > clientWidth + 1) {
        const scrolls = control.closest("[data-scrolls-sideways], [role=tablist], nav, pre, table");
        if (scrolls === null) found.push(`“${name}” stands outside of the screen`);
      }
    }
    return found;
  }, THUMB);
  if (wrong.length > 0) throw new Error(`${what}, on a phone:\n${wrong.join("\n")}`);
}
