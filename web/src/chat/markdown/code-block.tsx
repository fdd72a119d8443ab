import { memo } from "react";
import { CopyButton } from "@/ui/copy";
import { oneLine } from "@/ui/one-line";
import { upright } from "../plain-text";
import { Coloured } from "./coloured";

type Props = { language: string; text: string; growing?: boolean };

export const CodeBlock = memo(function CodeBlock({ language, text, growing = false }: Props) {
  const name = oneLine(language, 24);
  const shown = upright(text);
  return (
    <figure className="my-3 overflow-hidden rounded-lg border bg-sunken">
      <figcaption className="flex h-9 items-center border-b pr-0.5 pl-3 text-ink-faint text-xs">
        <span className="flex-1 truncate">{name}</span>
        <CopyButton text={text} label="Copy this code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard */}
      <pre className="overflow-x-auto p-3 text-[0.8125rem] leading-5" tabIndex={0}>
        <code>{growing ? shown : <Coloured text={shown} language={language} />}</code>
      </pre>
    </figure>
  );
});
