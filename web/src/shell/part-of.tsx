import { CatchBoundary } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import { Broken } from "./broken";

type Props = { load: (() => Promise<void> | undefined) | undefined; fallback?: ReactNode; children: ReactNode };

/** A part beside the page: where it cannot be had, the page goes on without it. */
export function PartOf({ load, fallback, children }: Props) {
  return (
    <CatchBoundary
      getResetKey={() => "here"}
      errorComponent={({ error, reset }) => (
        <div className="z-40 flex bg-surface max-md:absolute max-md:inset-0 md:w-96 md:border-l">
          <Broken
            error={error}
            reset={async () => {
              await load?.();
              reset();
            }}
          />
        </div>
      )}
    >
      <Suspense fallback={fallback}>{children}</Suspense>
    </CatchBoundary>
  );
}
