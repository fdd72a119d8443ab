import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import { usePageTitle } from "@/notices/title";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Failure, Notice } from "@/ui/notice";
import { FrontDoor } from "./front-door";
import { meQuery } from "./queries";
import { useSetupToken } from "./setup-token";

/** The gateway refuses shorter ones. */
const SHORTEST = 12;

export function SetupPage() {
  usePageTitle("Set up");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  const setUp = useMutation({
    mutationFn: (token: string) => answer(api.POST("/api/v1/setup", { body: { token, name, password } })),
    onSuccess: (me) => {
      client.setQueryData(meQuery.queryKey, me);
      return navigate({ to: "/", replace: true });
    },
  });
  const token = useSetupToken(setUp.reset);
  if (token === "" || isProblem(setUp.error, "setup-token-refused")) {
    return (
      <FrontDoor title="This link does not work">
        <Notice kind="warn">
          {token === ""
            ? "The set-up link is not complete: its last part, after the #, is missing."
            : "The set-up link is not valid, was used before or has lapsed."}
        </Notice>
        <p className="mt-4 text-ink-soft text-sm">
          Whoever runs the gateway makes a new one with <code className="font-mono">condrix-gateway setup-link</code>.
          If you have a user already,{" "}
          <Link className="text-accent-text underline" to="/login">
            log in
          </Link>
          .
        </p>
      </FrontDoor>
    );
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (password === again) setUp.mutate(token);
  };
  return (
    <FrontDoor title="Make yourself a user">
      <form onSubmit={submit} className="grid gap-4">
        <Field label="Name" hint="What others see, and what you log in with.">
          {(ties) => (
            <Input
              {...ties}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
            />
          )}
        </Field>
        <Field label="Password" hint={`At least ${SHORTEST} characters.`}>
          {(ties) => (
            <Input
              {...ties}
              type="password"
              minLength={SHORTEST}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              autoComplete="new-password"
              required
            />
          )}
        </Field>
        <Field label="Password again" error={differs ? "The two are not the same." : undefined}>
          {(ties) => (
            <Input
              {...ties}
              type="password"
              value={again}
              onChange={(event) => setAgain(event.target.value)}
              autoComplete="new-password"
              required
            />
          )}
        </Field>
        <Failure error={setUp.error} />
        <Button type="submit" kind="primary" busy={setUp.isPending}>
          Begin
        </Button>
      </form>
    </FrontDoor>
  );
}
