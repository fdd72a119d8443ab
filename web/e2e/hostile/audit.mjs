/**
 * Looks over a page for what content may never bring about. It runs within the page, by itself: nothing from outside of this
 * function is there. Returns what is wrong, each in a line.
 */
export function audit() {
  const faults = [];
  const told = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 160);
  const fault = (what, element) => faults.push(`${what}: ${element === undefined ? "" : told(element)}`);

  // A name from elsewhere may stand in it, and it stays one line of ours.
  if (!/^(\(\d+\) )?(\u2068?[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,80}\u2069? · )?Condrix$/u.test(document.title))
    faults.push(`the title is ${document.title}`);

  // What is in no page of ours, wherever it stands.
  const never =
    "iframe, frame, frameset, object, embed, applet, base, audio, video, source, track, marquee, math, template, style, dialog[open], " +
    "foreignObject, use, animate, set, image, [autofocus], [contenteditable]:not(.xterm *), [popover], [is], [srcdoc], [srcset], [ping], " +
    "[accesskey], [formaction], [http-equiv], [poster], [background], [usemap]";
  for (const element of document.querySelectorAll(never)) {
    // The emulator and the dialogs have sheets of their own.
    const ours = element.localName === "style" && element.closest(".xterm, head") && !/evil/.test(element.textContent);
    if (!ours) fault("an element that is never ours", element);
  }

  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) fault("a handler", element);
      if (
        /^(id|class|name|style|slot|for|form|part|role|type|rel|target|lang|dir|nonce)$/.test(name) &&
        /evil/i.test(value)
      ) {
        fault(`${name} is the content's`, element);
      }
      if (
        /^data-(?!index|state|orientation|radix|slot|side|align|selected|disabled|value|escape|placeholder|active|hovered)/.test(
          name,
        ) &&
        /evil/i.test(value)
      ) {
        fault(`${name} is the content's`, element);
      }
      if (/^(href|xlink:href|src|action|data|cite|longdesc|manifest)$/.test(name)) leads(element, name, value);
    }
    if (element.tabIndex > 0) fault("it is before all others", element);
  }

  function leads(element, name, value) {
    let url;
    try {
      url = new URL(value, document.baseURI);
    } catch {
      return fault("an address that is none", element);
    }
    if (url.origin === location.origin && /^https?:$/.test(url.protocol)) {
      if (/^\/api\/v1\/(?!cores\/[0-9a-f-]{36}\/sessions\/[0-9a-f-]{36}\/images\/)/.test(url.pathname))
        fault("it acts", element);
      return;
    }
    if (element.localName === "a" && name === "href" && /^(https?|mailto):$/.test(url.protocol)) {
      if (element.target !== "_blank" || !/noreferrer/.test(element.rel) || !/noopener/.test(element.rel))
        fault("it learns of us", element);
      if (url.username !== "" || url.password !== "") fault("it has a name before its host", element);
      return;
    }
    if (element.localName === "img" && /^data:image\/(png|jpeg|gif|webp);base64,[\w+/=]*$/.test(value)) return;
    if (element.localName === "link" && element.rel === "icon" && value.startsWith("data:image/svg+xml")) return;
    fault(`${name} leads elsewhere`, element);
  }

  // Within a conversation nothing but what a conversation is made of.
  const made =
    /^(p|h[2-6]|a|ul|ol|li|em|strong|del|code|pre|blockquote|hr|br|table|thead|tbody|tr|th|td|section|figure|figcaption|span|button|svg|path|rect|circle|line|polyline|polygon|ellipse|input|sup|div)$/;
  for (const element of document.querySelectorAll(".prose *")) {
    if (!made.test(element.localName)) fault("no part of a text", element);
    if (element.localName === "input" && !(element.type === "checkbox" && element.disabled))
      fault("a field in a text", element);
    if (element.localName === "button" && !element.closest("figcaption")) fault("a button in a text", element);
    if (element.id !== "") fault("a name in a text", element);
    if (/^(fixed|sticky|absolute)$/.test(getComputedStyle(element).position) && !element.matches(".sr-only"))
      fault("it leaves its place", element);
  }

  // No part of the content stands outside of the box that is its own.
  const boxes = document.querySelectorAll(
    ".prose, [role=log] [data-index], nav li, main li:not(.prose *), [role=tab], [role=option], h1, h2:not(.prose *)",
  );
  for (const box of boxes) {
    const own = box.getBoundingClientRect();
    if (own.width === 0) continue;
    for (const element of box.querySelectorAll("*")) {
      if (element.closest(".sr-only, svg, .xterm")) continue;
      const { left, right, width } = element.getBoundingClientRect();
      if (width === 0 || (left >= own.left - 2 && right <= own.right + 2)) continue;
      let clip = element.parentElement;
      while (clip !== box && clip !== null && getComputedStyle(clip).overflowX === "visible") clip = clip.parentElement;
      // Links and their rows reach a little further, to be hit.
      if (
        clip === box &&
        getComputedStyle(box).overflowX === "visible" &&
        (left < own.left - 12 || right > own.right + 12)
      )
        fault("it is wider than its box", element);
    }
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is wider than its window: ${scrollWidth} > ${clientWidth}`);

  // Names stand among the interface's words: nothing in them is unseen, and nothing turns what is around them.
  const unseen =
    /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
  const right = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const place = text.parentElement;
    if (
      place === null ||
      place.closest(".prose, .xterm, script, style, textarea, pre, [aria-label=Conversation] article > p")
    )
      continue;
    if (unseen.test(text.data.replaceAll("\n", "")) && getComputedStyle(place).whiteSpace !== "pre-wrap") {
      fault(`something unseen (${JSON.stringify(text.data.slice(0, 80))})`, place);
    }
    let open = 0;
    for (const letter of text.data) {
      if (/[\u2066-\u2068]/.test(letter)) open += 1;
      if (letter === "\u2069") open -= 1;
      if (open < 0) break;
    }
    if (open !== 0) fault("an isolate without its end", place);
    if (right.test(text.data)) inOrder(text, place);
  }

  /** What is read from the right is kept apart from what stands around it. */
  function inOrder(text, place) {
    if (getComputedStyle(place).direction !== "ltr") return fault("it turns a block around", place);
    // What somebody wrote in lines of its own, and what was found in it, stands by itself.
    if (place.matches("mark, :has(> mark), code") || /^pre/.test(getComputedStyle(place).whiteSpace)) return;
    let depth = 0;
    for (const letter of text.data) {
      if (/[\u2066-\u2068]/.test(letter)) depth += 1;
      else if (letter === "\u2069") depth -= 1;
      else if (depth === 0 && right.test(letter)) return fault("it turns what stands around it", place);
    }
  }

  const { activeElement: focused } = document;
  if (focused?.closest(".prose, [data-index] pre")) fault("it took the focus", focused);
  return faults.slice(0, 20);
}
