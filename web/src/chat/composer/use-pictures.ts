import { useState } from "react";
import { Drafts } from "./drafts";
import { judge, type Picture, read } from "./pictures";

export type Pictures = {
  readonly add: (files: readonly File[]) => Promise<void>;
  readonly remove: (picture: Picture) => void;
  /** What was not taken, and why. */
  readonly refused: readonly string[];
  readonly forget: () => void;
};

/** The pictures of the message that is being written. */
export function usePictures(core: string, session: string): Pictures {
  const drafts = Drafts.of(core, session);
  const [refused, setRefused] = useState<readonly string[]>([]);
  return {
    refused,
    forget: () => setRefused([]),
    remove: (picture) => drafts.picture(drafts.current().pictures.filter(({ id }) => id !== picture.id)),
    add: async (files) => {
      if (files.length === 0) return;
      const judged = judge(files, drafts.current().pictures);
      const pictures = await Promise.all(judged.taken.map(read));
      const there = pictures.filter((picture) => picture !== undefined);
      const unread = pictures.length - there.length;
      drafts.picture([...drafts.current().pictures, ...there]);
      setRefused([...judged.refused, ...(unread > 0 ? [`${unread} could not be read.`] : [])]);
    },
  };
}
