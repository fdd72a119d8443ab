/** As a `ref`: has the focus when it appears, because it is what comes next. */
export const focusOnArrival = (element: HTMLElement | null): void => element?.focus();
