import "./prose.css";
import { memo, useRef } from "react";
import { upright } from "../plain-text";
import { CodeBlock } from "./code-block";
import { isPlain } from "./plain-prose";
import { Prose } from "./prose";
import { NOTHING, split } from "./split";
import { useCalm } from "./use-calm";

/** A text in markdown, also one that is still being written. */
export const Markdown = memo(function Markdown({ text, streaming = false }: { text: string; streaming?: boolean }) {
  const before = useRef(NOTHING);
  const now = split(text, before.current);
  before.current = now;
  const last = now.pieces.length - 1;
  return (
    <div className="prose">
      {now.pieces.map(({ start, source, code }, index) =>
        code ? (
          <CodeBlock key={start} language={code.language} text={code.text} growing={streaming && index === last} />
        ) : (
          <Growing key={start} source={source} growing={streaming && index === last} />
        ),
      )}
    </div>
  );
});

function Growing({ source, growing }: { source: string; growing: boolean }) {
  return <Prose source={upright(useCalm(source, growing && !isPlain(source)))} />;
}
