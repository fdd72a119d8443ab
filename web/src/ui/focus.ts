/**
 * As a `ref`: has the focus when it appears, because it is what comes next. Not before its dialog has noted where the
 * focus was, and so where it goes back to.
 */
export function focusOnArrival(element: HTMLElement | null): void {
  if (element !== null) setTimeout(() => element.focus());
}
