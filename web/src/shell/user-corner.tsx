import { useState } from "react";
import type { Me } from "@/api/schema";
import { useAhead } from "./ahead";
import { beside } from "./beside";
import { UserButton } from "./user-button";

const load = async () => (await import("./user-menu")).UserMenu;
const UserMenu = beside(load, {
  until: ({ me }) => <UserButton me={me} busy />,
  broken: ({ me }, again) => <UserButton me={me} onClick={again} />,
});

/** Who is logged in, and what they can do with their login. The menu is no part of a page's beginning. */
export function UserCorner({ me }: { me: Me }) {
  const [asked, setAsked] = useState(false);
  useAhead(load);
  return asked ? (
    <UserMenu me={me} />
  ) : (
    <UserButton me={me} aria-haspopup="menu" aria-expanded={false} onClick={() => setAsked(true)} />
  );
}
