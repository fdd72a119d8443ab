import { useMemo } from "react";
import { ClippedText } from "./clipped-text";
import { outputOf } from "./text-of";

export function ToolOutput({ content, isError }: { content: unknown; isError: boolean }) {
  const { text, pictures } = useMemo(() => outputOf(content), [content]);
  if (text === "" && pictures.length === 0) {
    return <p className="my-2 text-ink-faint text-xs">{isError ? "It failed and said nothing." : "No output"}</p>;
  }
  return (
    <>
      {text !== "" && <ClippedText text={text} label={isError ? "Error" : "Output"} bad={isError} />}
      {pictures.map((picture) => (
        <img
          key={picture.slice(0, 256)}
          src={picture}
          alt="What the tool gave back"
          className="my-2 max-h-80 max-w-full rounded-md border"
        />
      ))}
    </>
  );
}
