import { useNavigate, useSearch } from "@tanstack/react-router";
import { usePageTitle } from "@/notices/title";
import { FrontDoor } from "./front-door";
import { LoginForm } from "./login-form";

export function LoginPage() {
  const { next } = useSearch({ from: "/login" });
  usePageTitle("Log in");
  const navigate = useNavigate();
  return (
    <FrontDoor title="Log in to Condrix">
      <LoginForm onDone={() => navigate({ href: next ?? "/", replace: true })} />
    </FrontDoor>
  );
}
