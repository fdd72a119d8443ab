import { useQueryClient } from "@tanstack/react-query";
import { useReducer, useRef, useState } from "react";
import { answer, api } from "@/api/client";
import { present } from "@/api/clock";
import * as ofCore from "@/api/of-core";
import type { AccountKind, CoreView } from "@/api/schema";
import { byThisClock, useNow } from "@/ui/clock";
import { openApprovalTab } from "./approval-tab";
import { forget, keep, kept } from "./kept-sign-in";
import { type Begun, type Stage, shown, step } from "./sign-in-stage";
import { trouble } from "./sign-in-trouble";
import { isVendors } from "./vendor-address";

export type SigningIn = ReturnType<typeof useSignIn>;

/** One Core's sign-in: what the dialog shows of it, and what its buttons do. */
export function useSignIn(core: CoreView) {
  const client = useQueryClient();
  const [stage, dispatch] = useReducer(step, core.id, resumed);
  const [open, setOpen] = useState(stage.at !== "none");
  const [code, setCode] = useState("");
  const [blocked, setBlocked] = useState(false);
  const attempt = useRef(0);
  const now = useNow(1000, stage.at === "waiting" || stage.at === "exchanging");
  const present = shown(stage, core.claude, now);
  const told = () => client.invalidateQueries({ queryKey: ["cores"] });

  const end = () => {
    attempt.current++;
    forget(core.id);
    setCode("");
    setOpen(false);
    dispatch({ type: "gone" });
  };

  /** Within a click: the browser opens no tab otherwise. */
  const begin = async (kind: AccountKind) => {
    const mine = ++attempt.current;
    const tab = openApprovalTab(core.name);
    setBlocked(tab === undefined);
    setCode("");
    setOpen(true);
    dispatch({ type: "begin", kind });
    try {
      const begun = await post(core, kind);
      if (mine !== attempt.current) {
        tab?.close();
        return giveUp(core.id, begun.signIn.id);
      }
      keep(core.id, begun);
      dispatch({ type: "began", begun });
      tab?.go(begun.signIn.url);
    } catch (error) {
      tab?.close();
      if (mine === attempt.current) dispatch({ type: "refused", trouble: trouble(error, false) });
    }
  };

  const submit = async () => {
    if (present.at !== "waiting") return;
    const { signIn } = present.begun;
    const mine = attempt.current;
    dispatch({ type: "submitted" });
    try {
      const path = { core: core.id, sign_in: signIn.id };
      const request = { params: { path }, body: { code: code.trim() } };
      const exchanged = api.POST("/api/v1/cores/{core}/claude/sign-ins/{sign_in}/code", request);
      const claude = ofCore.read(ofCore.claude, await answer(exchanged));
      if (mine !== attempt.current) return;
      forget(core.id);
      setCode("");
      dispatch({ type: "accepted", claude });
    } catch (error) {
      if (mine !== attempt.current) return;
      const why = trouble(error, true);
      if (why.next === "begin" || why.next === "stop") forget(core.id);
      dispatch({ type: "rejected", trouble: why });
    } finally {
      await told();
    }
  };

  const cancel = async () => {
    const begun = present.at === "waiting" || present.at === "exchanging" ? present.begun : undefined;
    end();
    if (begun) await giveUp(core.id, begun.signIn.id);
    await told();
  };

  /** Out of sight: what waits goes on waiting. */
  const hide = () => (present.at === "done" || present.at === "over" ? end() : setOpen(false));

  return { stage: present, open, code, blocked, now, setCode, begin, submit, cancel, hide, show: () => setOpen(true) };
}

function resumed(core: string): Stage {
  const begun = kept(core, present());
  return begun === undefined ? { at: "none" } : { at: "waiting", begun };
}

async function post(core: CoreView, kind: AccountKind): Promise<Begun> {
  const asked = api.POST("/api/v1/cores/{core}/claude/sign-ins", {
    params: { path: { core: core.id } },
    body: { kind },
  });
  const [begun, { response }] = await Promise.all([answer(asked), asked]);
  const { id, url, lapses_at } = ofCore.read(ofCore.signIn, begun);
  if (!isVendors(url)) throw new Error("The Core named an address that is not Claude’s. Do not trust this Core");
  const until = byThisClock(lapses_at, response.headers.get("date"), present());
  return { kind, signIn: { id, url }, until, again: core.claude.state === "signed_in" };
}

/** One that cannot be told so lapses by itself; one that has succeeded meanwhile shows as that. */
async function giveUp(core: string, id: string): Promise<void> {
  const path = { core, sign_in: id };
  await api.DELETE("/api/v1/cores/{core}/claude/sign-ins/{sign_in}", { params: { path } }).catch(() => {});
}
