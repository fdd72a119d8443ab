/** What one tab of a browser has at a time. Whoever ends, however that comes, has it no more. */
type Hold = { readonly held: Promise<void>; readonly free: () => void };

/** `alone`: whether it is had where a browser has no such locks, or the page no right to them. */
export function hold(name: string, alone: boolean): Hold {
  let free = () => {};
  const freed = new Promise<void>((resolve) => {
    free = resolve;
  });
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return { held: alone ? Promise.resolve() : new Promise(() => {}), free };
  const held = new Promise<void>((resolve) => {
    locks
      .request(name, () => {
        resolve();
        return freed;
      })
      .catch(() => alone && resolve());
  });
  return { held, free };
}
