import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ClaudeState, CoreView } from "@/api/schema";
import { presence } from "@/cores/core-state";
import { useMe } from "@/shell/use-me";
import { Notice } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { Time } from "@/ui/time";
import { PlanLimits } from "./plan-limits";
import { claudeQuery } from "./queries";
import { Scopes } from "./scopes-granted";
import { methodWords, ownerWords, planName } from "./sign-in-words";

/** Everything that a Core says of its sign-in. */
export function ClaudeDetails({ core }: { core: CoreView }) {
  const me = useMe();
  const online = presence(core) === "online";
  const { data, error } = useQuery({ ...claudeQuery(core.id), enabled: online });
  const claude: ClaudeState = (online && data) || core.claude;
  return (
    <div className="grid grid-cols-1 gap-5 text-sm">
      {!online && <Notice>The Core is not connected. This is what it said last.</Notice>}
      {online && error && <Notice kind="warn">The Core cannot be asked now. This is what it said last.</Notice>}
      <dl className="grid gap-x-6 gap-y-1.5 sm:grid-cols-[auto_1fr]">
        <Fact name="Method">{methodWords(claude.method)}</Fact>
        {claude.state !== "signed_out" && <Fact name="Owner">{ownerWords(claude, me)}</Fact>}
        {claude.account && <Fact name="Account">{oneLine(claude.account, 120)}</Fact>}
        {claude.organisation && <Fact name="Organisation">{oneLine(claude.organisation, 120)}</Fact>}
        {claude.plan && <Fact name="Plan">{planName(claude.plan)}</Fact>}
        {claude.billing && <Fact name="Billing">{oneLine(claude.billing, 80)}</Fact>}
        <Expiry claude={claude} />
        {claude.last_refresh_at && (
          <Fact name="Last refresh">
            <Time at={claude.last_refresh_at} />
          </Fact>
        )}
        {claude.checked_at && (
          <Fact name="Account confirmed">
            <Time at={claude.checked_at} />, by the Claude CLI
          </Fact>
        )}
        {claude.last_error && (
          <Fact name="Last error">
            {oneLine(claude.last_error.detail)} (<Time at={claude.last_error.at} />)
          </Fact>
        )}
      </dl>
      {claude.method === "oauth" && <Scopes granted={claude.scopes ?? []} />}
      <PlanLimits limits={claude.limits ?? []} />
    </div>
  );
}

function Expiry({ claude: { method, expires_at: at, state } }: { claude: ClaudeState }) {
  if (method === "oauth" && at) {
    return (
      <Fact name="Access token">
        lapses <Time at={at} />
        {state === "signed_in" && "; it is refreshed automatically before"}
      </Fact>
    );
  }
  if (method === "api_key" || method === "console") return <Fact name="Token refresh">none: a key does not lapse</Fact>;
  return null;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-ink-faint">{name}</dt>
      <dd className="mb-1 min-w-0 break-words sm:mb-0">{children}</dd>
    </div>
  );
}
