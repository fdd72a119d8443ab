/**
 * Of all tabs of a person one tells what is new, and none while the person looks at any of them. Locks say who: whoever
 * ends, however that comes, has none any more.
 */
export type Tabs = {
  /** Whether this tab is to tell now. */
  readonly mayTell: () => Promise<boolean>;
  /** The person looks at this tab, or no longer does. */
  readonly looksHere: (looks: boolean) => void;
  readonly leave: () => void;
};

/** `locks`: where a browser has none, or the page no right to them, each tab tells by itself. */
export function joinTabs(locks: LockManager | undefined, name: string, id: string): Tabs {
  const left = new AbortController();
  const looking = `${name}.looking.`;
  const mine = looking + id;
  let speaks = false;
  let alone = locks === undefined;
  let look: AbortController | undefined;

  const hold = (lock: string, until: AbortSignal, had: () => void) => {
    const held = new Promise<void>((free) => until.addEventListener("abort", () => free(), { once: true }));
    return locks?.request(lock, { signal: until }, () => {
      had();
      return held;
    });
  };
  hold(`${name}.speaker`, left.signal, () => {
    speaks = true;
  })?.catch(() => {
    alone = !left.signal.aborted;
  });

  return {
    async mayTell() {
      if (alone) return true;
      if (!speaks || locks === undefined) return false;
      const { held = [] } = await locks.query();
      return !held.some((lock) => lock.name?.startsWith(looking) && lock.name !== mine);
    },
    looksHere(looks) {
      if (looks === (look !== undefined)) return;
      look?.abort();
      look = looks ? new AbortController() : undefined;
      // Who has looked away before it was had wants it no more.
      if (look !== undefined) hold(mine, look.signal, () => {})?.catch(() => {});
    },
    leave() {
      look?.abort();
      left.abort();
      speaks = false;
    },
  };
}
