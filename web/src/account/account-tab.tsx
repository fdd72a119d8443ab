import { useMe } from "@/shell/use-me";
import { ApiTokens } from "./api-tokens";
import { LoginSessions } from "./login-sessions";

/** Who one is here, where one is logged in, and what programs act as oneself. */
export function AccountTab() {
  const me = useMe();
  return (
    <div className="grid grid-cols-1 gap-8">
      <p className="text-ink-soft text-sm">
        You are <strong className="font-semibold text-ink">{me.name}</strong>,{" "}
        {me.role === "admin" ? "an administrator of this gateway" : "a member of this gateway"}.
      </p>
      <LoginSessions />
      <ApiTokens />
    </div>
  );
}
