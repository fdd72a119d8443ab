/** The page of somebody ends when the gateway says that another is logged in. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Me } from "@/api/schema";
import { startAnew } from "./mine";
import { meQuery } from "./queries";

export function useOnePerson(me: Me): void {
  const { data: now } = useQuery(meQuery);
  const another = now != null && now.user !== me.user;
  useEffect(() => {
    if (another) startAnew();
  }, [another]);
}
