import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CoreView } from "@/api/schema";
import { Button } from "@/ui/button";
import { CommandLine } from "@/ui/command-line";
import { Failure } from "@/ui/notice";
import { oneLine } from "@/ui/one-line";
import { GitCredentials } from "./git-credentials";
import { deployKeyQuery } from "./queries";

/** What a Core proves itself with to servers of repositories. For whoever administers it. */
export function GitAccess({ core }: { core: CoreView }) {
  return (
    <section aria-labelledby="git" className="grid grid-cols-1 gap-3">
      <h2 id="git" className="font-semibold text-lg">
        Access to repositories
      </h2>
      <DeployKey core={core} />
      <GitCredentials core={core} />
    </section>
  );
}

/** Shown by a click: asking for it makes it, and git’s ssh uses it from then on. */
function DeployKey({ core }: { core: CoreView }) {
  const [asked, setAsked] = useState(false);
  const { data, error, isFetching } = useQuery({ ...deployKeyQuery(core.id), enabled: asked });
  return (
    <div className="grid grid-cols-1 gap-2 rounded-xl border bg-surface px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-56">
          <h3 className="font-medium">Deploy key, for ssh</h3>
          <p className="text-ink-soft">
            Its public half is for the server. When it is first shown it is made, and git on this Core uses it for ssh.
          </p>
        </div>
        {!data && (
          <Button busy={isFetching} onClick={() => setAsked(true)}>
            Show
          </Button>
        )}
      </div>
      {data && <CommandLine label="Public key" text={oneLine(data.public_key, 1000)} copy="Copy the public key" />}
      <Failure error={error} />
    </div>
  );
}
