/** A turn while events go into it. */
import type { Actor, Image, Recorded } from "@/api/schema";
import type { Approval, Block, Said, Tool, Turn, TurnEnd } from "./model";
import type { Of } from "./recorded";
import { withLine } from "./unknown";

type Accepted = {
  id: string;
  seq?: number;
  at: string;
  by: Actor | undefined;
  text: string;
  images: readonly Image[];
  behind?: boolean;
};

export class TurnDraft {
  #turn: Turn;
  readonly #blocks: Block[];
  #touched = false;

  constructor(before: Turn) {
    this.#turn = before;
    this.#blocks = [...before.blocks];
  }

  static of(accepted: Accepted): TurnDraft {
    return new TurnDraft({
      type: "turn",
      key: `turn-${accepted.id}`,
      behind: false,
      seq: undefined,
      ...accepted,
      state: "waiting",
      startedAt: undefined,
      model: undefined,
      blocks: [],
      retry: undefined,
      end: undefined,
    });
  }

  get state(): Turn["state"] {
    return this.#turn.state;
  }

  done(): Turn {
    if (this.#touched) this.#turn = { ...this.#turn, blocks: [...this.#blocks] };
    this.#touched = false;
    return this.#turn;
  }

  begin(at: string, model: string | undefined): void {
    this.#set({ state: "working", startedAt: at, model });
  }

  /** Appends: a string that grows by pieces is not copied for each of them. */
  stream({ kind, message, block, text }: Of<"text_delta" | "thinking_delta">): void {
    this.#hears();
    const type = kind === "text_delta" ? "text" : "thinking";
    const place = this.#said(type, message, block);
    const there = this.#blocks[place];
    if (there?.type !== "text" && there?.type !== "thinking") {
      this.#push({ type, key: `${type}-${message}-${block}`, message, block, seq: undefined, text, streaming: true });
    } else if (there.streaming) {
      this.#put(place, { ...there, text: there.text + text });
    }
  }

  /** The whole block in place of its pieces. */
  settle({ kind, message, block, seq, text }: Of<"text" | "thinking">): void {
    this.#hears();
    const place = this.#said(kind, message, block);
    const key = `${kind}-${message}-${block}`;
    const said: Said = { type: kind, key, message, block, seq, text, streaming: false };
    if (place < 0) this.#push(said);
    else this.#put(place, said);
  }

  /** Its stream broke: what was only streamed is taken back, what was settled stays. */
  discard(message: string): void {
    const kept = this.#blocks.filter(
      (block) => !("streaming" in block && block.streaming && block.message === message),
    );
    if (kept.length === this.#blocks.length) return;
    this.#blocks.splice(0, this.#blocks.length, ...kept);
    this.#touched = true;
  }

  use({ tool_use: id, name, input }: Of<"tool_use">): void {
    this.#hears();
    const tool: Tool = { type: "tool", key: `tool-${id}`, id, name, input, result: undefined, approval: undefined };
    const asked = this.#blocks.findIndex((block) => block.type === "asked" && block.approval.asked.tool_use === id);
    const before = this.#blocks[asked];
    if (before?.type === "asked") this.#put(asked, { ...tool, key: before.key, approval: before.approval });
    else this.#push(tool);
  }

  result({ tool_use: id, content, is_error: isError }: Of<"tool_result">): void {
    this.#hears();
    const place = this.#tool(id);
    const tool = this.#blocks[place];
    if (tool?.type === "tool") this.#put(place, { ...tool, result: { content, isError } });
  }

  ask(asked: Of<"approval_requested">): void {
    this.#hears();
    const approval: Approval = { asked, outcome: undefined };
    const place = asked.tool_use ? this.#tool(asked.tool_use) : -1;
    const tool = this.#blocks[place];
    if (tool?.type === "tool") this.#put(place, { ...tool, approval });
    else this.#push({ type: "asked", key: `asked-${asked.approval}`, approval });
  }

  decide(outcome: Of<"approval_decided" | "approval_withdrawn">): void {
    const place = this.#blocks.findLastIndex(
      (block) =>
        (block.type === "tool" || block.type === "asked") && block.approval?.asked.approval === outcome.approval,
    );
    const block = this.#blocks[place];
    if ((block?.type !== "tool" && block?.type !== "asked") || !block.approval) return;
    this.#put(place, { ...block, approval: { ...block.approval, outcome } });
  }

  retry(retry: Of<"retrying">): void {
    this.#set({ retry });
  }

  note(event: Recorded, before?: string): void {
    this.#push({ type: "note", key: `note-${event.seq}`, event, ...(before === undefined ? {} : { before }) });
  }

  unknown(line: unknown, seq: number): void {
    const last = this.#blocks.at(-1);
    if (last?.type === "unknown") this.#put(this.#blocks.length - 1, withLine(last, line));
    else this.#push({ type: "unknown", key: `unknown-${seq}`, lines: [line] });
  }

  finish(end: TurnEnd): void {
    this.#set({ state: "over", end, retry: undefined });
    this.#blocks.forEach((block, place) => {
      if ("streaming" in block && block.streaming) this.#put(place, { ...block, streaming: false });
    });
  }

  /** Something came: what was tried again has succeeded. */
  #hears(): void {
    if (this.#turn.retry) this.#set({ retry: undefined });
  }

  // What is looked for is nearly always near the end.
  #said(type: Said["type"], message: string, block: number): number {
    return this.#blocks.findLastIndex((it) => it.type === type && it.message === message && it.block === block);
  }

  #tool(id: string): number {
    return this.#blocks.findLastIndex((block) => block.type === "tool" && block.id === id);
  }

  #set(news: Partial<Turn>): void {
    this.#turn = { ...this.#turn, ...news };
    this.#touched = true;
  }

  #put(place: number, block: Block): void {
    this.#blocks[place] = block;
    this.#touched = true;
  }

  #push(block: Block): void {
    this.#blocks.push(block);
    this.#touched = true;
  }
}
