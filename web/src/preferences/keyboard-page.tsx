import { KEYS } from "./keys";

export function KeyboardPage() {
  return (
    <div className="grid grid-cols-1 gap-8">
      {KEYS.map(({ where, keys }) => (
        <section key={where} aria-label={where}>
          <h2 className="mb-3 font-semibold">{where}</h2>
          <dl className="grid grid-cols-[8.5rem_1fr] items-baseline gap-x-4 gap-y-2 text-sm">
            {keys.map(([pressed, does]) => (
              <div key={does} className="contents">
                <dt className="flex flex-wrap gap-1">
                  {pressed.map((key) => (
                    <kbd key={key} className="whitespace-nowrap rounded-md border bg-surface px-1.5 py-0.5 text-xs">
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd className="text-ink-soft">{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
