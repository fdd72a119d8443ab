import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import { isProblem } from "@/api/problem";
import { type Of, understood } from "@/chat/conversation/recorded";
import { approvalsKey } from "@/chat/queries";

/** What waits for an answer in one session: the events that asked, oldest first. */
export const pendingQuery = (core: string, session: string) =>
  queryOptions({
    queryKey: approvalsKey(core, session),
    queryFn: async ({ signal }): Promise<Of<"approval_requested">[]> => {
      const path = { core, session };
      try {
        const pending = api.GET("/api/v1/cores/{core}/sessions/{session}/approvals", { params: { path }, signal });
        const { approvals } = ofCore.read(ofCore.has("approvals"), await answer(pending));
        return approvals.flatMap((event) => {
          const asked = understood(event);
          return asked?.kind === "approval_requested" ? [asked] : [];
        });
      } catch (error) {
        // It was removed since it was listed.
        if (isProblem(error, "not-found")) return [];
        throw error;
      }
    },
  });
