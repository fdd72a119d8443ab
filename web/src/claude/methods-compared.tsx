import { ChevronRight } from "lucide-react";
import { CopyButton } from "@/ui/copy";

const ROWS = [
  ["Set up", "Sign in with a browser", "Copy and paste a key"],
  ["Token refresh", "Automatic", "None: a key does not lapse"],
  ["Billing", "Your Claude plan", "API billing"],
  ["Security", "Short-lived tokens", "One long-lived key"],
  ["Who operates the Core", "Its owner alone", "Everybody who may operate it"],
  ["Recommended for", "Your own Core", "A Core that several people share, and development"],
] as const;

/** OAuth or an API key: what speaks for either, and how a host gets a key. */
export function MethodsCompared({ open }: { open: boolean }) {
  return (
    <details open={open} className="group rounded-xl border bg-surface">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-xl px-4 py-3 font-medium [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-4 text-ink-faint transition-transform group-open:rotate-90" aria-hidden />
        OAuth or an API key?
      </summary>
      <div className="grid grid-cols-1 gap-4 px-4 pb-4 text-sm">
        <p>
          <strong className="font-semibold">Your own Core: sign in with Claude.</strong> It uses your plan. A plan
          belongs to a person, so from then on you alone operate that Core; others can read along.{" "}
          <strong className="font-semibold">A Core that you share: an API key.</strong> It is billed for use, and
          everybody who may operate the Core does.
        </p>
        <Table />
        <ApiKeyOnTheHost />
        <p className="text-ink-soft">
          No key at hand? Begin with <em>Sign In with Claude</em> and choose <em>Sign in for an organisation</em> there.
          The Core then gets a key made in the vendor’s console, and works like one with a key.
        </p>
      </div>
    </details>
  );
}

function Table() {
  return (
    <table className="w-full table-fixed border-collapse">
      <thead>
        <tr className="border-b text-left">
          <td />
          <th scope="col" className="py-1.5 pr-3 font-semibold">
            OAuth
          </th>
          <th scope="col" className="py-1.5 font-semibold">
            API key
          </th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([what, oauth, key]) => (
          <tr key={what} className="border-b align-top last:border-b-0">
            <th scope="row" className="py-1.5 pr-3 text-left font-normal text-ink-soft">
              {what}
            </th>
            <td className="py-1.5 pr-3">{oauth}</td>
            <td className="py-1.5">{key}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BY_FILE = "CONDRIX_CORE_CLAUDE_API_KEY_FILE=/etc/condrix/claude-key";
const BY_VALUE = "CONDRIX_CORE_CLAUDE_API_KEY=sk-ant-api03-…";

function ApiKeyOnTheHost() {
  return (
    <div className="grid grid-cols-1 gap-2">
      <h3 className="font-medium">To give a Core an API key</h3>
      <p>
        Put the key into a file on the host that only the Core’s user can read (mode 0600), name that file in the
        agent’s environment, and restart the agent:
      </p>
      <Setting text={BY_FILE} copied />
      <p>
        Or set the key itself, in the environment or in a <code className="font-mono">.env</code> file in the agent’s
        folder. The environment comes first; the key and its file at once are an error.
      </p>
      <Setting text={BY_VALUE} />
      <p className="text-ink-soft">The key never passes through this page: there is no field for it here.</p>
    </div>
  );
}

function Setting({ text, copied }: { text: string; copied?: boolean }) {
  return (
    <div className="flex min-h-9 items-center gap-1 rounded-md border bg-sunken pl-3">
      <code className="min-w-0 flex-1 break-all py-1.5 font-mono text-xs">{text}</code>
      {copied && <CopyButton text={text} label="Copy the setting" />}
    </div>
  );
}
