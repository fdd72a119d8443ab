/**
 * As a `ref`: has the focus when it appears, because it is what comes next. Not before its dialog has noted where the
 * focus was, and so where it goes back to.
 */
export function focusOnArrival(element: HTMLElement | null): void {
  if (element !== null) setTimeout(() => element.focus());
}

/**
 * As a `ref` outside of dialogs: has the focus at once, and nothing scrolls. It is one function for good, as a new one
 * for each render would fetch the focus back each time.
 */
export function focusInPlace(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true });
}
