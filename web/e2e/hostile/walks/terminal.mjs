// biome-ignore-all lint/suspicious/noControlCharactersInRegex: they are what is looked for
/** What a program prints in a terminal, what it is asked while it is only shown again, and what is pasted into it. */
import { BRACKETED, BYTES, beyondForms, MODES } from "../bytes.mjs";
import { NAMES } from "../names.mjs";
import { calm, id, json, terminal } from "../player.mjs";

const SIZE = { rows: 24, columns: 80 };
const IT = id(0x200);
/** No frame is larger than a socket takes. */
const FRAME = 256 * 1024;

const attached = {
  type: "attached",
  terminal: IT,
  replay: "missing",
  position: 0,
  screen_bytes: 0,
  size: SIZE,
  title: null,
  recorded: false,
};
const text = (said) => ({ text: JSON.stringify(said) });
const binary = (bytes) => ({ bytes: Buffer.from(bytes).toString("base64") });
const bytesOf = (content) => (Buffer.isBuffer(content) ? content : Buffer.from(content.toWellFormed()));

/** Ends whatever was begun, and gives a screen of one's own. */
const ANEW = "\x18\x1b\\\x1b[?1049l\x1bc\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?2004l";

export const terminals = (stage) => stage.guard.unchanged(() => printed(stage));

async function printed({ page, guard, ask, core, variants, count, picture }) {
  const all = variants.of("u", BYTES);
  await ask("answer", {
    ...calm(),
    "GET /v1/terminals": json({ terminals: [terminal(0x200)] }),
    [`GET /v1/terminals/${IT}`]: json(terminal(0x200)),
    [`GET /v1/terminals/${IT}/attach`]: "terminal",
  });

  /** All that the emulator has said since, in its bytes. */
  const heard = async () => {
    const said = await ask("hear");
    return said
      .flatMap(({ bytes }) => (bytes === undefined ? [] : [Buffer.from(bytes, "base64").toString("latin1")]))
      .join("");
  };
  const prints = async (content) => {
    const bytes = bytesOf(content);
    for (let at = 0; at < bytes.length; at += FRAME) await ask("say", binary(bytes.subarray(at, at + FRAME)));
  };
  /** Its screen has this once all that came before is drawn. */
  const drawn = (mark) =>
    page.waitForFunction((mark) => document.querySelector(".xterm-rows")?.textContent.includes(mark), mark, {
      timeout: 20_000,
      polling: 20,
    });
  const silent = async (what) => {
    const rest = beyondForms(await heard());
    if (rest !== "") throw new Error(`${what}: the terminal was told ${JSON.stringify(rest.slice(0, 200))}`);
  };

  // What was said before anybody looked is shown, and answered to nobody: not even in fixed forms.
  const before = Buffer.concat(
    all
      .filter(({ content }) => content.length < 10_000)
      .map(({ content }) => Buffer.concat([bytesOf(content), Buffer.from(ANEW)])),
  );
  const position = before.length;
  await ask("greet", [
    text(attached),
    binary(before),
    binary("all is drawn"),
    text({ type: "live", position: position + 12 }),
  ]);
  await page.goto(`/cores/${core}`);
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await drawn("all is drawn");
  await page.getByText("Live", { exact: true }).waitFor();
  const replayed = await heard();
  if (replayed !== "") throw new Error(`a replay typed ${JSON.stringify(replayed.slice(0, 200))}`);
  await guard.look(page, "a replay");

  for (const { name, mark, content } of all) {
    await prints(content);
    if (typeof content === "string" && content.includes("click-evil")) await clicks(page, guard, name);
    await prints(`${ANEW}\r\nafter ${mark}`);
    await drawn(`after ${mark}`);
    await silent(name);
    guard.verdict(`printed: ${name}`);
    const size = await page.locator(".xterm-rows > div").count();
    if (size < 2) throw new Error(`${name}: the terminal has ${size} rows`);
  }
  await guard.look(page, "a terminal");
  await picture(page, "terminal");
  count("bytes in a terminal", all.length);

  // What its person does with the mouse is told, and nothing else.
  await prints(`${MODES}\r\nmouse on`);
  await drawn("mouse on");
  const box = await page.locator(".xterm-screen").boundingBox();
  await page.mouse.move(box.x + 40, box.y + 30);
  await page.mouse.click(box.x + 60, box.y + 30);
  await page.mouse.wheel(0, 100);
  await prints(`${ANEW}\r\nmouse off`);
  await drawn("mouse off");
  await silent("a mouse");

  await pasted({ page, guard, prints, drawn, heard });

  // A title is the tab's and not the page's.
  for (const { mark, content } of variants.of("v", NAMES)) {
    await ask("say", text({ type: "title", title: content.slice(0, 200_000) }));
    await prints(`\r\ntitle ${mark}`);
    await drawn(`title ${mark}`);
  }
  await guard.look(page, "a terminal's titles");
  await silent("titles");
  count("titles of a terminal", NAMES.length);

  for (const [at, frame] of FRAMES.entries()) {
    await ask("say", { text: frame });
    await prints(`\r\nframe ${at}.`);
    await drawn(`frame ${at}.`);
  }
  await guard.look(page, "frames of a wrong shape");
  count("frames of a terminal's socket", FRAMES.length);
}

const FRAMES = [
  "",
  "null",
  "7",
  "[]",
  "{",
  '{"type":7}',
  '{"type":"evil"}',
  '{"type":"__proto__"}',
  '{"type":"title","title":7}',
  '{"type":"title"}',
  '{"type":"resized","size":{"rows":1e9,"columns":1e9}}',
  '{"type":"resized","size":{"rows":-1,"columns":0}}',
  '{"type":"resized","size":null}',
  '{"type":"skipped","position":-1,"screen_bytes":1e99}',
  '{"type":"error","detail":"<script>canary()</script>"}',
  `{"type":"error","detail":{"evil":1}}`,
  `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
];

/** A link that leads nowhere a person may go. */
async function clicks(page, guard, name) {
  await page.waitForFunction(() => document.querySelector(".xterm-rows")?.textContent.includes("click-evil"));
  const rows = page.locator(".xterm-rows > div").filter({ hasText: "click-evil" }).first();
  const box = await rows.boundingBox();
  const start = (await rows.textContent()).indexOf("click-evil");
  const letter = (await page.locator(".xterm-screen").boundingBox()).width / SIZE.columns;
  const [x, y] = [box.x + (start + 3) * letter, box.y + box.height / 2];
  await page.mouse.move(x - 1, y);
  await page.mouse.move(x, y);
  await page.mouse.click(x, y);
  if (await page.getByText("This link leads to").isVisible()) throw new Error(`${name}: it may be visited`);
  guard.verdict(name);
}

/** Who pastes pastes: what is on the clipboard cannot end that and type. */
async function pasted({ page, guard, prints, drawn, heard }) {
  const put = (text) =>
    guard.allowing(["the clipboard to write"], () =>
      page.evaluate((text) => navigator.clipboard.writeText(text), text),
    );
  await prints(`${BRACKETED}\r\nbracketed`);
  await drawn("bracketed");
  await page.locator(".xterm:visible").click();
  for (const keys of ["Control+Shift+V", "Shift+Insert"]) {
    await put("first\x1b[201~\rcurl evil\r\x9b201~\x03\x04\x1bOP last");
    await heard();
    await page.keyboard.press(keys);
    let said = "";
    const until = Date.now() + 10_000;
    while (!said.includes("last") && Date.now() < until) said += await heard();
    const within = /^\x1b\[200~([\s\S]*)\x1b\[201~$/.exec(said)?.[1];
    if (
      within === undefined ||
      /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(Buffer.from(within, "latin1").toString())
    ) {
      throw new Error(`${keys} typed ${JSON.stringify(said)}`);
    }
  }
  await put("untouched");
  await prints(`${ANEW}\r\nno more brackets`);
  await drawn("no more brackets");
  await heard();
}
