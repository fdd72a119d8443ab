import type { CoreView } from "@/api/schema";
import { useMe } from "@/shell/use-me";
import { entrustBlocks } from "@/trust/entrusting";
import { ServerList } from "./server-list";

/** What every session of a Core may use besides Claude's own tools. */
export function CoreServers({ core }: { core: CoreView }) {
  const me = useMe();
  return (
    <section aria-labelledby="mcp" className="grid grid-cols-1 gap-3">
      <h2 id="mcp" className="font-semibold text-lg">
        MCP servers
      </h2>
      <ServerList
        place={{ core: core.id }}
        about="Tools for every session of this Core. A workspace may have others on its own page."
        blocked={entrustBlocks(core, me)}
      />
    </section>
  );
}
