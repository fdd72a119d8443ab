import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, LogOut, Pencil, ShieldX, SquareArrowOutUpRight } from "lucide-react";
import { useRef, useState } from "react";
import type { CoreView } from "@/api/schema";
import { SignOutDialog } from "@/claude/sign-out-dialog";
import { useMe } from "@/shell/use-me";
import { Button } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { presence } from "./core-state";
import { EditCoreDialog } from "./edit-core-dialog";

type Doing = "edit" | "sign-out" | undefined;
type Props = { core: CoreView; onRevoke: () => void };

/** What is done to a Core more rarely. */
export function CoreMenu({ core, onRevoke }: Props) {
  const me = useMe();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<Doing>();
  const chosen = useRef<() => void>(undefined);
  const admin = me.role === "admin";
  const { state, method, owner } = core.claude;
  const maySignOut = state !== "signed_out" && method !== "api_key" && (admin || owner === me.user);
  const choose = (what: () => void) => {
    chosen.current = what;
  };
  // The menu gives the focus back to its button first, which then has it again when the dialog closes.
  const begin = () => {
    chosen.current?.();
    chosen.current = undefined;
  };
  const close = () => setDoing(undefined);
  return (
    <>
      <Menu
        onCloseAutoFocus={begin}
        trigger={
          <Button kind="quiet" size="icon" aria-label={`More for ${core.name}`} className="size-9">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => navigate({ to: "/cores/$core", params: { core: core.id } })}>
          <SquareArrowOutUpRight aria-hidden /> Open
        </MenuItem>
        {admin && (
          <MenuItem onSelect={() => choose(() => setDoing("edit"))}>
            <Pencil aria-hidden /> Name and labels
          </MenuItem>
        )}
        {maySignOut && (
          <MenuItem disabled={presence(core) !== "online"} onSelect={() => choose(() => setDoing("sign-out"))}>
            <LogOut aria-hidden /> Sign out of Claude
          </MenuItem>
        )}
        {admin && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={() => choose(onRevoke)}>
              <ShieldX aria-hidden /> Revoke
            </MenuItem>
          </>
        )}
      </Menu>
      {doing === "edit" && <EditCoreDialog core={core} onClose={close} />}
      {doing === "sign-out" && <SignOutDialog core={core} onClose={close} />}
    </>
  );
}
