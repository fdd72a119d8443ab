import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { streamsHere } from "@/live/connections";
import { presence } from "./core-state";
import { askCore, followCore } from "./follow-core";
import { coresQuery } from "./queries";

/** So often one is asked for which there is no stream left. */
const ASKED = 5_000;

/** Draws nothing: every Core that is online is followed, once for the whole page. */
export function FollowedCores() {
  const { data: cores = [] } = useQuery(coresQuery);
  const [most] = useState(streamsHere);
  const online = cores.filter((core) => presence(core) === "online");
  return online.map(({ id, epoch }, at) => <Followed key={`${id}/${epoch}`} core={id} streams={at < most} />);
}

function Followed({ core, streams }: { core: string; streams: boolean }) {
  const client = useQueryClient();
  useEffect(() => {
    const given = new AbortController();
    void (streams ? followCore(client, core, given.signal) : askCore(client, core, ASKED, given.signal));
    return () => given.abort();
  }, [client, core, streams]);
  return null;
}
