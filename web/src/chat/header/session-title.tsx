import { useEffect, useRef, useState } from "react";
import type { Session } from "@/api/schema";
import { focusInPlace } from "@/ui/focus";
import { sessionTitle } from "../session-title";

/** Renamed where it stands: F2 or a click, Enter keeps it, Escape leaves it as it was. */
export function SessionTitle({ session, onChange }: { session: Session; onChange: (title: string) => void }) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const back = useRef(false);
  /** What is taken away loses the focus too, and that is no second answer. */
  const open = useRef(false);
  useEffect(() => {
    if (!editing && back.current) button.current?.focus();
    back.current = false;
  }, [editing]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "F2" || event.defaultPrevented || document.querySelector('[role="dialog"], [role="menu"]'))
        return;
      event.preventDefault();
      open.current = true;
      setEditing(true);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  const done = (title: string | undefined, byKey: boolean) => {
    if (!open.current) return;
    open.current = false;
    back.current = byKey;
    setEditing(false);
    const wanted = title?.trim();
    if (wanted !== undefined && wanted !== (session.title ?? "")) onChange(wanted);
  };
  const shown = sessionTitle(session);
  if (!editing) {
    return (
      <h1 className="min-w-0">
        <button
          ref={button}
          type="button"
          title="Rename (F2)"
          className="block h-7 max-w-full truncate pointer-coarse:h-9 rounded-md px-1.5 text-left font-semibold hover:bg-sunken"
          onClick={() => {
            open.current = true;
            setEditing(true);
          }}
        >
          {shown}
          <span className="sr-only">: rename</span>
        </button>
      </h1>
    );
  }
  return (
    <input
      aria-label="The session's name"
      data-escape
      defaultValue={session.title ?? ""}
      placeholder={shown}
      maxLength={200}
      ref={focusInPlace}
      className="block h-7 w-full rounded-md border border-line-strong bg-surface px-1.5 font-semibold"
      onFocus={(event) => event.target.select()}
      onBlur={(event) => done(event.target.value, false)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
        // The name has the focus next: the key is not for that.
        event.preventDefault();
        done(event.key === "Enter" ? event.currentTarget.value : undefined, true);
      }}
    />
  );
}
