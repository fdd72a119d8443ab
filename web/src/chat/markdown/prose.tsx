import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./code-block";
import { safeLink } from "./links";
import { isPlain, parts } from "./plain-prose";

const components: Components = {
  // The page's own heading stands above all of them.
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) => <Leading address={href}>{children}</Leading>,
  // A picture would tell its host who reads what: where it is, is said instead.
  img: ({ src, alt }) => <Leading address={src}>{alt ? `picture: ${alt}` : "picture"}</Leading>,
  // A note's name would be the page's too, and there may be one.
  li: ({ children, className }) => <li className={className}>{children}</li>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by the keyboard
    <section className="overflow-x-auto" tabIndex={0} aria-label="Table">
      <table>{children}</table>
    </section>
  ),
  pre: ({ node }) => {
    const [code] = node?.children ?? [];
    if (code?.type !== "element") return null;
    const [text] = code.children;
    const names = code.properties.className;
    const language = Array.isArray(names) ? String(names[0] ?? "").replace("language-", "") : "";
    return <CodeBlock language={language} text={text?.type === "text" ? text.value.replace(/\n$/, "") : ""} />;
  },
  input: ({ checked }) => <input type="checkbox" checked={checked === true} readOnly disabled aria-label="Done" />,
};

/** A block of markdown. What is HTML in it is shown as the text that it is. */
export const Prose = memo(function Prose({ source }: { source: string }) {
  if (isPlain(source)) return <p>{parts(source.trim())}</p>;
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm]}
      components={components}
      urlTransform={(address) => safeLink(address) ?? ""}
    >
      {source}
    </ReactMarkdown>
  );
});

function Leading({ address, children }: { address: unknown; children: React.ReactNode }) {
  const href = safeLink(address);
  if (href === undefined) return <span>{children}</span>;
  return (
    <a href={href} title={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}
