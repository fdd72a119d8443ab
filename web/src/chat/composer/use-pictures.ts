import { useState } from "react";
import { Drafts } from "./drafts";
import { judge, type Picture, read } from "./pictures";

export type Pictures = {
  readonly add: (files: readonly File[]) => Promise<void>;
  readonly remove: (picture: Picture) => void;
  /** Some are on their way into the message: without them it is not what was meant. */
  readonly reading: boolean;
  /** What was not taken, and why. */
  readonly refused: readonly string[];
  readonly forget: () => void;
};

/** The pictures of the message that is being written. */
export function usePictures(core: string, session: string): Pictures {
  const drafts = Drafts.of(core, session);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [reading, setReading] = useState(0);
  return {
    reading: reading > 0,
    refused,
    forget: () => setRefused([]),
    remove: (picture) => drafts.picture(drafts.current().pictures.filter(({ id }) => id !== picture.id)),
    add: async (files) => {
      if (files.length === 0) return;
      // What is refused at once is not read at all.
      const first = judge(files, drafts.current().pictures);
      if (reading === 0) setRefused([]);
      setReading((before) => before + 1);
      const pictures = await Promise.all(first.taken.map((file) => read(file).catch(() => undefined)));
      const there = pictures.filter((picture) => picture !== undefined);
      const unread = pictures.length - there.length;
      // Others may have come in between.
      const second = judge(there, drafts.current().pictures);
      drafts.picture([...drafts.current().pictures, ...second.taken]);
      const said = [...first.refused, ...second.refused, ...(unread > 0 ? [`${unread} could not be read.`] : [])];
      setRefused((before) => [...before, ...said]);
      setReading((before) => before - 1);
    },
  };
}
