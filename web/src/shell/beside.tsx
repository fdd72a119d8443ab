/** Parts beside the page, loaded when they are shown: where one cannot be had, the page goes on without it. */
import { CatchBoundary, type ErrorComponentProps } from "@tanstack/react-router";
import { type ComponentType, createElement, lazy, type ReactNode, Suspense, useState } from "react";
import { Broken } from "./broken";
import { loadPart } from "./part";

type Look<P> = {
  /** Until it is there. */
  readonly until?: (props: P) => ReactNode;
  /** In its place where it cannot be had. Undefined: that it could not be loaded, with a way to try again. */
  readonly broken?: (props: P, again: () => void) => ReactNode;
};

/** What failed once fails for ever: another try is another part. */
type Tries<P> = { newest: ComponentType<P>; readonly begin: () => ComponentType<P> };

export function beside<P extends object>(load: () => Promise<ComponentType<P>>, look: Look<P> = {}): ComponentType<P> {
  const begin = () => lazy(async () => ({ default: await loadPart(load) }));
  const tries: Tries<P> = { newest: begin(), begin };
  return (props) => <Beside<P> tries={tries} look={look} shown={props} />;
}

function Beside<P extends object>({ tries, look, shown }: { tries: Tries<P>; look: Look<P>; shown: P }) {
  const [part, setPart] = useState(() => tries.newest);
  return (
    <CatchBoundary
      getResetKey={() => 0}
      errorComponent={({ error, reset }) => {
        const again = () => {
          tries.newest = tries.begin();
          setPart(() => tries.newest);
          reset();
        };
        return look.broken ? look.broken(shown, again) : <Missing error={error} again={again} />;
      }}
    >
      <Suspense fallback={look.until?.(shown)}>{createElement(part, shown)}</Suspense>
    </CatchBoundary>
  );
}

const Missing = ({ error, again }: Pick<ErrorComponentProps, "error"> & { again: () => void }) => (
  <div className="z-40 flex bg-surface max-md:absolute max-md:inset-0 md:w-96 md:border-l">
    <Broken error={error} reset={again} />
  </div>
);
