import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { LogOut, User } from "lucide-react";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Me } from "@/api/schema";
import { setTheme, THEMES, useTheme } from "@/preferences/theme";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";
import { UserButton } from "./user-button";

export function UserMenu({ me }: { me: Me }) {
  const navigate = useNavigate();
  const theme = useTheme();
  const logOut = useMutation({
    mutationFn: async () => {
      try {
        await answer(api.POST("/api/v1/logout"));
      } catch (error) {
        // It had ended already.
        if (!isProblem(error, "unauthenticated")) throw error;
      }
    },
    // A whole new page: nothing of this login stays in memory.
    onSuccess: () => location.assign("/login"),
  });
  return (
    <Menu side="top" align="start" trigger={<UserButton me={me} busy={logOut.isPending} />}>
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
  );
}
