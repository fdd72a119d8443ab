import type { Missing, Note, Unknown } from "../conversation/model";
import { noteWords } from "../conversation/note-words";
import { visible } from "../plain-text";
import { ClippedText } from "../tool/clipped-text";
import { pretty } from "../tool/text-of";
import { Fold } from "./fold";

/** What is not said by anybody. */
export function Aside({ aside, name }: { aside: Note | Unknown | Missing; name: string }) {
  switch (aside.type) {
    case "note":
      return <p className="break-words py-1.5 text-ink-faint text-xs">{noteWords(aside)}</p>;
    case "missing":
      return (
        <p className="py-1.5 text-warn-text text-xs">
          Here {aside.count === 1 ? "an event is" : `${aside.count} events are`} missing: the Core did not send them.
        </p>
      );
    case "unknown": {
      const count = aside.lines.length;
      return (
        <Fold
          name={name}
          summary={
            <span className="text-ink-faint text-xs">
              {count === 1 ? "Something" : `${count} things`} that this version does not know
            </span>
          }
        >
          {() => <ClippedText text={visible(aside.lines.map(pretty).join("\n"))} label="As it came" />}
        </Fold>
      );
    }
  }
}
