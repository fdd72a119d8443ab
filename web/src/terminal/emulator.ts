/** The one place that knows the emulator's library. */
import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import type { Screen } from "./attachment";
import { wantedCopy } from "./clipboard";
import { colours, found } from "./colours";
import { hasGraphics } from "./graphics";
import { type Arrow, arrow, farEnd, isTyping, type Shortcut, shortcut } from "./keys";
import { visit, webAddress } from "./links";
import { pasteable } from "./pasteable";
import type { Size } from "./told";
import { followFinger } from "./touch";

const SCROLLBACK = 10_000;
const FOUND_AT_MOST = 1_000;
/** What is done several times: repeated letters, tabs, lines and letters that are put in, taken out or moved. */
const REPEATED = ["@", "I", "L", "M", "P", "S", "T", "X", "Z", "b"];
/** No screen has more rows or columns. */
const MOST_TIMES = 1_000;

/** What a program in the terminal would like a person to do. */
export type Offer = { readonly type: "copy"; readonly text: string } | { readonly type: "visit"; readonly url: URL };

export type Hearing = {
  readonly onText: (text: string) => void;
  readonly onBytes: (bytes: string) => void;
  /** Something was typed while the terminal takes nothing. */
  readonly onRefused: () => void;
  readonly onShortcut: (shortcut: Shortcut) => void;
  readonly onOffer: (offer: Offer) => void;
};

export type Looks = { readonly dark: boolean; readonly letters: number; readonly readAloud: boolean };

export class Emulator implements Screen {
  private readonly terminal: Terminal;
  private readonly fitting = new FitAddon();
  private readonly searching = new SearchAddon({ highlightLimit: FOUND_AT_MOST });
  private drawing: { dispose: () => void } | undefined;
  private unfollow = () => {};
  private finding = false;
  private over = false;

  constructor(
    private looks: Looks,
    hearing: Hearing,
  ) {
    this.terminal = new Terminal({
      // Widths of characters and marks of what was found are proposals still.
      allowProposedApi: true,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      disableStdin: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-mono"),
      fontSize: looks.letters,
      lineHeight: 1.15,
      linkHandler: {
        // The text says one thing and the link another: it is shown before anybody goes there.
        activate: (_, text) => {
          const url = webAddress(text);
          if (url !== undefined) hearing.onOffer({ type: "visit", url });
        },
      },
      logLevel: "off",
      macOptionClickForcesSelection: true,
      minimumContrastRatio: 4.5,
      screenReaderMode: looks.readAloud,
      scrollback: SCROLLBACK,
      theme: colours(looks.dark, false),
    });
    const { terminal } = this;
    terminal.loadAddon(this.fitting);
    terminal.loadAddon(this.searching);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(
      new WebLinksAddon((_, text) => {
        const url = webAddress(text);
        if (url !== undefined) visit(url);
      }),
    );
    terminal.parser.registerOscHandler(52, (data) => {
      const text = this.terminal.options.disableStdin ? undefined : wantedCopy(data);
      if (text !== undefined) hearing.onOffer({ type: "copy", text });
      return true;
    });
    // The emulator does each of these as often as it is told, and is busy with nothing else for minutes.
    for (const final of REPEATED) {
      terminal.parser.registerCsiHandler({ final }, ([times]) => typeof times === "number" && times > MOST_TIMES);
    }
    terminal.onData(hearing.onText);
    terminal.onBinary(hearing.onBytes);
    terminal.attachCustomKeyEventHandler((event) => this.takes(event, hearing));
  }

  /** Whether a key is the terminal's. */
  private takes(event: KeyboardEvent, { onShortcut, onRefused }: Hearing): boolean {
    const means = shortcut(event);
    if (means !== undefined) {
      // The browser itself pastes, and the panel is opened and closed by the page.
      if (means !== "paste" && means !== "panel") event.preventDefault();
      if (event.type === "keydown") onShortcut(means);
      return false;
    }
    const end = farEnd(event);
    if (end !== undefined && this.terminal.buffer.active.type === "normal") {
      event.preventDefault();
      if (event.type === "keydown") end === "top" ? this.terminal.scrollToTop() : this.terminal.scrollToBottom();
      return false;
    }
    if (!this.terminal.options.disableStdin) return true;
    if (event.type === "keydown" && isTyping(event)) onRefused();
    // What scrolls still does; Tab goes on to what comes next on the page.
    return event.shiftKey && event.key.startsWith("Page");
  }

  open(element: HTMLElement): void {
    const { terminal } = this;
    terminal.open(element);
    // Before the emulator has it, which would take it as it is.
    element.addEventListener("paste", this.pasted, true);
    this.unfollow = followFinger(
      element,
      () => element.clientHeight / terminal.rows,
      (lines) => this.scroll(lines),
    );
  }

  private readonly pasted = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData("text/plain");
    if (text === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.paste(text);
  };

  /** As a wheel: a program that fills the screen is told of it. */
  private scroll(lines: number): void {
    const { buffer, element } = this.terminal;
    if (buffer.active.type === "normal") {
      this.terminal.scrollLines(lines);
      return;
    }
    const wheel = { deltaY: lines, deltaMode: WheelEvent.DOM_DELTA_LINE, bubbles: true, cancelable: true };
    element?.querySelector(".xterm-screen")?.dispatchEvent(new WheelEvent("wheel", wheel));
  }

  /**
   * The quick way to draw, for as long as it is looked at: a browser has few of these. Letters are then as wide as whole
   * pixels, so there is another number of them in a line.
   */
  async drawQuickly(onLost: () => void): Promise<void> {
    if (this.drawing !== undefined || !hasGraphics()) return;
    const pending = { dispose: () => {} };
    this.drawing = pending;
    // Where it cannot be loaded the emulator draws with the page's own means.
    const library = await import("@xterm/addon-webgl").catch(() => undefined);
    if (library === undefined || this.over || this.drawing !== pending) return;
    const addon = new library.WebglAddon();
    addon.onContextLoss(() => {
      addon.dispose();
      if (this.drawing === addon) this.drawing = undefined;
      onLost();
    });
    try {
      this.terminal.loadAddon(addon);
      this.drawing = addon;
    } catch {
      addon.dispose();
    }
  }

  drawSlowly(): void {
    this.drawing?.dispose();
    this.drawing = undefined;
  }

  /** How much there is room for. Undefined while it is not on the page. */
  room(): Size | undefined {
    const { cols = 0, rows = 0 } = this.fitting.proposeDimensions() ?? {};
    const side = (cells: number) => Math.min(1_000, Math.trunc(cells));
    return cols >= 2 && rows >= 1 ? { rows: side(rows), columns: side(cols) } : undefined;
  }

  readonly write = (bytes: Uint8Array, drawn: () => void): void => this.terminal.write(bytes, drawn);

  readonly afterwards = (act: () => void): void => this.terminal.write("", act);

  readonly resize = ({ rows, columns }: Size): void => {
    if (this.over) return;
    this.terminal.resize(columns, rows);
    // Larger than the room for it, where somebody elsewhere decides: the last lines are those that are looked at.
    const frame = this.terminal.element?.parentElement?.parentElement;
    if (frame) frame.scrollTop = frame.scrollHeight;
  };

  readonly speaks = (may: boolean): void => {
    if (!this.over) this.terminal.options.disableStdin = !may;
  };

  look(looks: Looks): void {
    this.looks = looks;
    this.terminal.options.theme = colours(looks.dark, this.finding);
    this.terminal.options.fontSize = looks.letters;
    this.terminal.options.screenReaderMode = looks.readAloud;
  }

  get letters(): number {
    return this.looks.letters;
  }

  focus(): void {
    this.terminal.focus();
  }

  /** As if it had been typed. */
  press(text: string): void {
    this.terminal.input(text, true);
  }

  pressArrow(direction: Arrow): void {
    this.press(arrow(direction, this.terminal.modes.applicationCursorKeysMode));
  }

  /** What is pasted is text: nothing in it can end the pasting, and be typed. */
  paste(text: string): void {
    this.terminal.paste(pasteable(text));
  }

  selection(): string {
    return this.terminal.getSelection();
  }

  find(text: string, direction: "next" | "previous", exactly: boolean, typing: boolean): void {
    const options = { caseSensitive: exactly, incremental: typing, decorations: found(this.looks.dark) };
    if (direction === "next") this.searching.findNext(text, options);
    else this.searching.findPrevious(text, options);
  }

  onFound(tell: (at: number, count: number) => void): () => void {
    const told = this.searching.onDidChangeResults(({ resultIndex, resultCount }) => tell(resultIndex, resultCount));
    return () => told.dispose();
  }

  startFinding(): void {
    this.finding = true;
    this.look(this.looks);
  }

  stopFinding(): void {
    if (this.over) return;
    this.finding = false;
    this.searching.clearDecorations();
    this.look(this.looks);
  }

  dispose(): void {
    this.over = true;
    this.unfollow();
    this.drawing?.dispose();
    this.terminal.dispose();
  }
}
