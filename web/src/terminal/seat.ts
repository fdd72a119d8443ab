/** A place in front of one terminal: an emulator on the page, and its attachment. */
import { answer, api } from "@/api/client";
import { Attachment } from "./attachment";
import { Emulator, type Looks, type Offer } from "./emulator";
import type { Shortcut } from "./keys";
import { withCtrl } from "./keys";
import { terminalUrl } from "./queries";
import { frameAround, noteRoom } from "./room";

/** A size that is still being drawn is nobody's size. */
const SETTLED = 100;

export type Tells = {
  readonly onShortcut: (shortcut: Shortcut) => void;
  readonly onOffer: (offer: Offer) => void;
  readonly onCtrl: (held: boolean) => void;
};

export class Seat {
  readonly emulator: Emulator;
  readonly attachment: Attachment;
  private readonly watching: ResizeObserver;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private ctrl = false;
  private left = false;

  constructor(
    core: string,
    terminal: string,
    private readonly element: HTMLElement,
    looks: Looks,
    looksOn: boolean,
    private readonly tells: Tells,
  ) {
    this.emulator = new Emulator(looks, {
      onText: (text) => this.attachment.type(this.held(text)),
      onBytes: (bytes) => this.attachment.typeBytes(bytes),
      onRefused: () => this.attachment.refuse(),
      onShortcut: (shortcut) => {
        if (shortcut === "copy") void this.copy();
        else tells.onShortcut(shortcut);
      },
      onOffer: tells.onOffer,
    });
    const params = { path: { core, terminal } };
    const target = {
      url: terminalUrl(core, terminal),
      ask: (signal: AbortSignal) => answer(api.GET("/api/v1/cores/{core}/terminals/{terminal}", { params, signal })),
    };
    this.attachment = new Attachment(target, this.emulator, looksOn);
    this.emulator.open(element);
    this.watching = new ResizeObserver(() => this.settle());
    // How it is drawn decides how much there is room for, and that is said with the first word.
    void this.show().then(() => {
      if (this.left) return;
      this.watching.observe(element);
      this.attachment.connect();
    });
  }

  /** Fits it once nothing moves any more. What the page says while the connection is away is no reason for another size. */
  settle(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (this.attachment.now().live) this.fit();
    }, SETTLED);
  }

  async show(): Promise<void> {
    await this.emulator.drawQuickly(() => this.fit());
    this.fit();
  }

  hide(): void {
    this.emulator.drawSlowly();
  }

  fit(): void {
    if (this.left) return;
    const room = this.emulator.room();
    if (room === undefined) return;
    this.attachment.fit(room);
    const frame = frameAround(this.element, this.emulator.letters);
    if (frame !== undefined) noteRoom(frame, room);
  }

  /** For keyboards without a Ctrl key: it counts for the next letter. */
  holdCtrl(held: boolean): void {
    this.ctrl = held;
    this.tells.onCtrl(held);
  }

  private held(text: string): string {
    if (!this.ctrl) return text;
    this.holdCtrl(false);
    return withCtrl(text);
  }

  async copy(): Promise<boolean> {
    const text = this.emulator.selection();
    if (text === "") return false;
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }

  /** False: the browser did not let it. */
  async paste(): Promise<boolean> {
    try {
      this.emulator.paste(await navigator.clipboard.readText());
      return true;
    } catch {
      return false;
    }
  }

  leave(): void {
    this.left = true;
    clearTimeout(this.settling);
    this.watching.disconnect();
    this.attachment.leave();
    this.emulator.dispose();
  }
}
