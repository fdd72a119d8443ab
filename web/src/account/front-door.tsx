import type { ReactNode } from "react";

/** The page of somebody who is not logged in. */
export function FrontDoor({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-xl border bg-surface p-6 shadow-sm">
        <img src="/favicon.svg" alt="" className="mb-4 size-9" />
        <h1 className="mb-4 font-semibold text-xl">{title}</h1>
        {children}
      </div>
    </main>
  );
}
