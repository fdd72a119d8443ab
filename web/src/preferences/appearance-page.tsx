import { NotificationsSetting } from "@/notices/notifications-setting";
import { setTheme, THEMES, useTheme } from "./theme";

export function AppearancePage() {
  const theme = useTheme();
  return (
    <div className="grid gap-8">
      <section aria-labelledby="theme">
        <h2 id="theme" className="mb-3 font-semibold">
          Colours
        </h2>
        <div role="radiogroup" aria-labelledby="theme" className="flex flex-wrap gap-2">
          {THEMES.map(([value, label]) => (
            <label
              key={value}
              className="flex cursor-pointer items-center gap-2 rounded-md border px-3 py-2 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2"
            >
              <input
                type="radio"
                name="theme"
                value={value}
                checked={theme === value}
                onChange={() => setTheme(value)}
                className="accent-accent"
              />
              {label}
            </label>
          ))}
        </div>
      </section>
      <NotificationsSetting />
    </div>
  );
}
