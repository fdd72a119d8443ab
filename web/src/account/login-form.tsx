import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useEffect, useState } from "react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Failure } from "@/ui/notice";
import { tellOthers } from "./mine";
import { meQuery } from "./queries";

type Props = {
  /** Whose login has ended: nobody else takes over what is on the page. */
  name?: string | undefined;
  onDone: () => void;
};

export function LoginForm({ name: fixed, onDone }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(fixed ?? "");
  const [password, setPassword] = useState("");
  const logIn = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/login", { body: { name: fixed ?? name, password } })),
    onSuccess: (me) => {
      tellOthers(me.user);
      client.setQueryData(meQuery.queryKey, me);
      onDone();
    },
    onError: (error) => {
      if (isProblem(error, "bad-credentials")) setPassword("");
    },
  });
  const wait = useSecondsLeft(isProblem(logIn.error, "too-many-requests") ? logIn.error.retryAfter : undefined);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (wait === 0) logIn.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Name">
        {(ties) => (
          <Input
            {...ties}
            value={fixed ?? name}
            onChange={(event) => setName(event.target.value)}
            readOnly={fixed !== undefined}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        )}
      </Field>
      <Field label="Password">
        {(ties) => (
          <Input
            {...ties}
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
        )}
      </Field>
      <Failure error={logIn.error} />
      <Button type="submit" kind="primary" busy={logIn.isPending} disabled={wait > 0}>
        {wait > 0 ? `Try again in ${wait} s` : "Log in"}
      </Button>
    </form>
  );
}

/** Counts down from what a refusal said. */
function useSecondsLeft(seconds: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (seconds === undefined) return setLeft(0);
    const until = performance.now() + seconds * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}
