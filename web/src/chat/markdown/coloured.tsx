import { useEffect, useState } from "react";
import type { Highlight } from "./highlight";

/** What is longer is not worth the time. */
const LONGEST = 60_000;

let highlight: Highlight | undefined;

/** Code in colours, as soon as they are there: until then it looks the same without them. */
export function Coloured({ text, language }: { text: string; language: string }) {
  const [, setReady] = useState(highlight !== undefined);
  const wanted = language !== "" && text.length <= LONGEST;
  useEffect(() => {
    if (!wanted || highlight) return;
    let shown = true;
    import("./highlight").then(
      (it) => {
        highlight = it.highlight;
        if (shown) setReady(true);
      },
      // Without colours it can be read as well.
      () => {},
    );
    return () => {
      shown = false;
    };
  }, [wanted]);
  return (wanted && highlight?.(language, text)) || text;
}
