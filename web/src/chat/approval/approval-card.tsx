import { CircleHelp, ClipboardList, ShieldQuestion } from "lucide-react";
import { useRef } from "react";
import { isProblem } from "@/api/problem";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import type { Of } from "../conversation/recorded";
import { useBlocked } from "../use-blocked";
import { TooLate } from "./outcome";
import { PermissionForm } from "./permission-form";
import { PlanForm } from "./plan-form";
import { QuestionForm } from "./question-form";
import { type Reply, useAnswer } from "./use-answer";

type Props = { core: string; session: string; asked: Of<"approval_requested"> };

/** There is nothing left to answer. */
const OVER = ["approval-decided", "approval-withdrawn", "not-found"];

/** Something that waits for a person's answer. */
export function ApprovalCard({ core, session, asked }: Props) {
  const card = useRef<HTMLElement>(null);
  const answering = useAnswer(core, session, asked.approval);
  const blocked = useBlocked(core);
  const kind = asked.asks?.type ?? "permission";
  // What had the focus goes away, and soon the card as well: in a conversation the reader stays in that.
  const stay = () => {
    const place = card.current?.closest<HTMLElement>('[role="log"]') ?? card.current;
    place?.focus({ preventScroll: true });
  };
  const reply = (reply: Reply, onAccepted?: () => void) =>
    answering.mutate(
      { reply, onAccepted },
      {
        onSuccess: stay,
        onError: (error) => isProblem(error, ...OVER) && stay(),
      },
    );
  const form = { asked, reply, busy: answering.isPending, blocked };
  const { Icon, title } = headings[kind];
  const over = answering.isSuccess || isProblem(answering.error, ...OVER);
  return (
    <section
      ref={card}
      tabIndex={-1}
      aria-label={`${title(asked)}: waits for an answer`}
      className="my-2 rounded-xl border border-warn bg-surface p-3 sm:p-4"
    >
      <h2 className="mb-2 flex items-center gap-2 font-medium">
        <Icon className="size-5 shrink-0 text-warn" aria-hidden />
        <span className="min-w-0 break-words">{title(asked)}</span>
      </h2>
      {over ? (
        <TooLate error={answering.error} decision={answering.data?.decision} />
      ) : (
        <>
          {kind === "permission" && <PermissionForm {...form} />}
          {asked.asks?.type === "questions" && <QuestionForm {...form} questions={asked.asks.questions} />}
          {asked.asks?.type === "plan" && <PlanForm {...form} plan={asked.asks.plan} />}
          {blocked && <p className="mt-3 text-ink-soft text-sm">{blocked}</p>}
          <Failure error={answering.error} className="mt-3" />
        </>
      )}
    </section>
  );
}

const headings = {
  permission: {
    Icon: ShieldQuestion,
    title: ({ tool }: Of<"approval_requested">) => `Claude wants to use ${oneLine(tool, 80)}`,
  },
  questions: { Icon: CircleHelp, title: () => "Claude asks" },
  plan: { Icon: ClipboardList, title: () => "Claude has a plan" },
} as const;
