import { type ReactNode, useEffect, useState } from "react";

/** What passes at once need not be said. */
export function Later({ after, children }: { after: number; children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), after);
    return () => clearTimeout(timer);
  }, [after]);
  return due ? children : null;
}
