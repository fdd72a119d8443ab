import type { Of } from "../conversation/recorded";
import type { Reply } from "./use-answer";

/** What every form of an approval gets. */
export type FormProps = {
  readonly asked: Of<"approval_requested">;
  readonly reply: (reply: Reply, onAccepted?: () => void) => void;
  readonly busy: boolean;
  /** Why this person cannot answer, in words. */
  readonly blocked: string | undefined;
};

/** A form that is opened, and left again. */
export type StepProps = FormProps & {
  /** It was opened here and now, and not found open: then it has the focus. */
  readonly opened: boolean;
  readonly onBack: () => void;
};
