import { useNavigate } from "@tanstack/react-router";
import { LogOut, User } from "lucide-react";
import type { Me } from "@/api/schema";
import { setTheme, THEMES, useTheme } from "@/preferences/theme";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";
import { useLogOut } from "./log-out";
import { StillIn } from "./still-in";
import { UserButton } from "./user-button";

/** Open from the beginning: it is there once somebody has asked for it. */
export function UserMenu({ me }: { me: Me }) {
  const navigate = useNavigate();
  const theme = useTheme();
  const logOut = useLogOut();
  return (
    <>
      {/* Over the button: the menu has closed by then. */}
      <StillIn error={logOut.error} className="w-full" />
      <Menu defaultOpen side="top" align="start" trigger={<UserButton me={me} busy={logOut.isPending} />}>
        <MenuItem onSelect={() => navigate({ to: "/settings/account" })}>
          <User aria-hidden /> Logins and API tokens
        </MenuItem>
        <MenuSeparator />
        <MenuLabel>Colours</MenuLabel>
        <MenuChoice value={theme} onChange={setTheme} choices={THEMES} />
        <MenuSeparator />
        <MenuItem onSelect={() => logOut.mutate()}>
          <LogOut aria-hidden /> Log out
        </MenuItem>
      </Menu>
    </>
  );
}
