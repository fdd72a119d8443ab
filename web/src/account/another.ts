/** In one browser one person is logged in. Where that becomes another, in a tab beside, nothing of the first one goes on. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Me } from "@/api/schema";
import { meQuery } from "./queries";

export function useOnePerson(me: Me): void {
  const { data: now } = useQuery(meQuery);
  const another = now != null && now.user !== me.user;
  useEffect(() => {
    if (another) location.assign("/");
  }, [another]);
}
