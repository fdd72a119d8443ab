/** The colours of code. Heavy, so that it is loaded when there is code to be seen. */
import "./highlight.css";
import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { common, createLowlight } from "lowlight";
import type { ReactNode } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";

export type Highlight = (language: string, text: string) => ReactNode;

const lowlight = createLowlight(common);
/** The same code is drawn again whenever it scrolls into view. */
const done = new Map<string, ReactNode>();
const MOST = 200;

/** Undefined: nothing is known of that language. */
export const highlight: Highlight = (language, text) => {
  const name = language.toLowerCase();
  if (!lowlight.registered(name)) return undefined;
  const key = `${name}\n${text}`;
  const before = done.get(key);
  if (before !== undefined) return before;
  const made = toJsxRuntime(lowlight.highlight(name, text), { Fragment, jsx, jsxs });
  if (done.size >= MOST) done.clear();
  done.set(key, made);
  return made;
};
