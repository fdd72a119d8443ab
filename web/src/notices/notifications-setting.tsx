import { useId } from "react";
import { setNotify, useWish } from "./notify";

const SAID = {
  off: "",
  on: "",
  blocked: "The browser does not allow it for this address: allow notifications in its settings for the site.",
  unavailable: "This browser has no notifications for pages like this one.",
} as const;

export function NotificationsSetting() {
  const wish = useWish();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="mb-3 font-semibold">
        Notifications
      </h2>
      <label className="flex items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={wish === "on" || wish === "blocked"}
          disabled={wish === "unavailable"}
          onChange={(event) => setNotify(event.target.checked)}
        />
        Tell me when a turn of mine ends or an approval waits while I look elsewhere
      </label>
      <p role="status" className="mt-2 text-ink-soft text-sm">
        {SAID[wish]}
      </p>
    </section>
  );
}
