import { Dialog } from "@/ui/dialog";
import { LoginForm } from "./login-form";

export function LoginAgain({ name, onDone }: { name: string; onDone: () => Promise<void> }) {
  return (
    <Dialog
      open
      onOpenChange={() => {}}
      title="Your login has ended"
      description="Log in again to go on. Nothing that you have typed is lost."
    >
      <LoginForm name={name} onDone={onDone} />
    </Dialog>
  );
}
