import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { usePageTitle } from "@/notices/title";

const TABS = [
  ["/settings/cores", "Cores"],
  ["/settings/account", "Account"],
  ["/settings/appearance", "Appearance"],
  ["/settings/keyboard", "Keyboard"],
] as const;

export function SettingsPage() {
  const place = useLocation({ select: ({ pathname }) => pathname });
  usePageTitle(TABS.find(([to]) => to === place)?.[1] ?? "Settings");
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-4xl px-4 py-6 sm:px-6">
        <h1 className="mb-4 font-semibold text-xl">Settings</h1>
        <nav aria-label="Settings" className="mb-6 flex gap-1 border-b max-sm:gap-0">
          {TABS.map(([to, label]) => (
            <Link
              key={to}
              to={to}
              className="-mb-px border-transparent border-b-2 px-3 py-2 font-medium text-ink-soft text-sm hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
            >
              {label}
            </Link>
          ))}
        </nav>
        <Outlet />
      </div>
    </div>
  );
}
