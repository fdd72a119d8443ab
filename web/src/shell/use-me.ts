import { useRouteContext } from "@tanstack/react-router";
import type { Me } from "@/api/schema";

/** Whoever is logged in. For pages within the shell, which nobody else sees. */
export const useMe = (): Me => useRouteContext({ from: "/shell", select: ({ me }) => me });
