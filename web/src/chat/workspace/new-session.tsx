import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Lock, Plus, Users } from "lucide-react";
import { useState } from "react";
import { answer, api } from "@/api/client";
import * as ofCore from "@/api/of-core";
import type { PermissionMode, Visibility } from "@/api/schema";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Failure } from "@/ui/notice";
import { Tip } from "@/ui/tip";
import { ModeChoice } from "../header/mode-choice";
import { ModelChoice } from "../header/model-choice";
import { useKept } from "../kept";
import { useBlocked } from "../use-blocked";

/** Begins a session and goes there. */
export function NewSession({ core, workspace }: { core: string; workspace: string }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const blocked = useBlocked(core);
  const [title, setTitle, forget] = useKept(`new-session.${core}.${workspace}`, "");
  const [model, setModel] = useState("default");
  const [mode, setMode] = useState<PermissionMode>("default");
  const [visibility, setVisibility] = useState<Visibility>("shared");
  const begin = useMutation({
    mutationFn: async () => {
      const body = {
        workspace,
        permission_mode: mode,
        visibility,
        ...(title.trim() === "" ? {} : { title: title.trim() }),
        ...(model === "default" ? {} : { model }),
      };
      const begun = api.POST("/api/v1/cores/{core}/sessions", { params: { path: { core } }, body });
      return ofCore.read(ofCore.session, await answer(begun));
    },
    onSuccess: () => {
      forget();
      // The list in the sidebar follows; nobody waits for it.
      void client.invalidateQueries({ queryKey: ["cores", core, "sessions"] });
    },
  });
  // Whoever has gone elsewhere meanwhile stays there.
  const submit = () =>
    begin.mutate(undefined, {
      onSuccess: ({ id }) => navigate({ to: "/cores/$core/sessions/$session", params: { core, session: id } }),
    });
  const shared = visibility === "shared";
  return (
    <form
      aria-label="New session"
      className="rounded-xl border bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex flex-wrap gap-2">
        <Input
          className="min-w-40 flex-1"
          aria-label="Name of the new session"
          placeholder="A name, if you like"
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Button type="submit" kind="primary" busy={begin.isPending} disabled={blocked !== undefined}>
          {!begin.isPending && <Plus aria-hidden />} New session
        </Button>
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-1">
        <ModelChoice model={model} onChange={setModel} />
        <ModeChoice mode={mode} onChange={setMode} />
        <Tip text={shared ? "Everybody on this Core can see it" : "For you, and for administrators to read"}>
          <Button
            kind="quiet"
            size="small"
            aria-pressed={!shared}
            onClick={() => setVisibility(shared ? "private" : "shared")}
          >
            {shared ? <Users aria-hidden /> : <Lock aria-hidden />}
            {shared ? "Shared" : "Private"}
          </Button>
        </Tip>
      </div>
      {blocked && <p className="mt-2 text-ink-soft text-sm">{blocked}</p>}
      <Failure error={begin.error} className="mt-2" />
    </form>
  );
}
