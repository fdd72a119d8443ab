import { useMutation } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Decision, NewAnswer, PermissionMode, Scope } from "@/api/schema";

/** An answer as a person gives it. */
export type Reply = {
  readonly decision: Decision;
  readonly message?: string;
  readonly scope?: Scope;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly answers?: Readonly<Record<string, string | string[]>>;
  readonly mode?: PermissionMode;
};

type Answering = {
  readonly reply: Reply;
  /** Called when the answer counts, even when what asked for it is out of view by then. */
  readonly onAccepted: (() => void) | undefined;
};

/** Answers an approval. Who is too late is told so by a problem. */
export function useAnswer(core: string, session: string, approval: string) {
  return useMutation({
    mutationFn: ({ reply }: Answering) =>
      answer(
        api.POST("/api/v1/cores/{core}/sessions/{session}/approvals/{approval}", {
          params: { path: { core, session, approval } },
          // The document says "an object" of input and answers, which its types take for an empty one.
          body: reply as NewAnswer,
        }),
      ),
    onSuccess: (_, { onAccepted }) => onAccepted?.(),
  });
}
