import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { answer, api } from "@/api/client";

/** Interrupts the turn in progress: by a button, and by Escape wherever nothing else takes it. */
export function useInterrupt(core: string, session: string, working: boolean) {
  const interrupt = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/cores/{core}/sessions/{session}/interrupt", { params: { path: { core, session } } })),
  });
  const { mutate, isPending } = interrupt;
  const able = working && !isPending;
  useEffect(() => {
    if (!able) return;
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      const { target } = event;
      // What closes by Escape, and a terminal, have it first.
      if (target instanceof Element && target.closest('[role="dialog"], [role="menu"], .xterm, [data-escape]')) return;
      mutate();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [able, mutate]);
  return interrupt;
}
