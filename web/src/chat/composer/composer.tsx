import { ArrowUp, ImagePlus, Square } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import type { SlashCommand } from "@/api/schema";
import { Button } from "@/ui/button";
import { Failure, Notice } from "@/ui/notice";
import { Tip } from "@/ui/tip";
import { CommandList, optionId } from "./command-list";
import { completed } from "./commands";
import { Drafts } from "./drafts";
import { GrowingText } from "./growing-text";
import { pastedFiles } from "./pasted";
import { PictureStrip } from "./picture-strip";
import { TYPES } from "./pictures";
import { outboxOf } from "./session-outbox";
import { useCompletion } from "./use-completion";
import type { Pictures } from "./use-pictures";

type Props = {
  core: string;
  session: string;
  pictures: Pictures;
  /** Why nothing can be sent now, in words. */
  blocked: string | undefined;
  /** Why stands above already. */
  said: boolean;
  working: boolean;
  interrupting: boolean;
  onInterrupt: () => void;
};

/** On a touch screen there is no other way to begin a new line. */
const enterSends = () => !matchMedia("(pointer: coarse)").matches;

/** Where a message is written. */
export function Composer({ core, session, pictures, blocked, said, working, interrupting, onInterrupt }: Props) {
  const drafts = Drafts.of(core, session);
  const draft = useSyncExternalStore(drafts.subscribe, drafts.current);
  const box = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(0);
  const wantedCaret = useRef<number>(undefined);
  const list = useId();
  const completion = useCompletion(core, session, draft.text, caret, blocked === undefined);
  const open = completion.commands.length > 0;
  /** Why it is not sent now. */
  const held = blocked ?? (pictures.reading ? "A picture is being read. Then it can be sent." : undefined);
  const empty = draft.text.trim() === "" && draft.pictures.length === 0;

  useEffect(() => {
    // Whoever opens a session wants to write; on a phone the keyboard would hide what is to be read.
    if (enterSends()) box.current?.focus({ preventScroll: true });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the caret goes where a completion ended, once its text is there
  useLayoutEffect(() => {
    const at = wantedCaret.current;
    if (at === undefined) return;
    wantedCaret.current = undefined;
    box.current?.setSelectionRange(at, at);
  }, [draft.text]);

  const send = () => {
    if (held !== undefined) return;
    const message = drafts.take();
    if (!message) return;
    outboxOf(core, session).add(message);
    pictures.forget();
    box.current?.focus();
  };
  const choose = (command: SlashCommand) => {
    const next = completed(draft.text, caret, command);
    wantedCaret.current = next.caret;
    setCaret(next.caret);
    drafts.write(next.text);
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const active = open ? completion.commands[completion.active] : undefined;
    if (active) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") completion.move(event.key === "ArrowDown" ? 1 : -1);
      else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) choose(active);
      else if (event.key === "Escape") completion.close();
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && enterSends()) {
      event.preventDefault();
      send();
    }
  };

  return (
    <div className="relative">
      {open && <CommandList id={list} commands={completion.commands} active={completion.active} onChoose={choose} />}
      <Failure error={draft.refused} className="mb-2" />
      {pictures.refused.length > 0 && (
        <Notice
          kind="warn"
          className="mb-2"
          action={
            <Button kind="quiet" size="small" onClick={pictures.forget}>
              All right
            </Button>
          }
        >
          {pictures.refused.join(" ")}
        </Notice>
      )}
      <div className="rounded-xl border border-line-strong bg-surface has-[textarea:focus-visible]:border-(--focus) has-[textarea:focus-visible]:ring-1 has-[textarea:focus-visible]:ring-(--focus)">
        <PictureStrip pictures={draft.pictures} onRemove={pictures.remove} />
        <GrowingText
          box={box}
          value={draft.text}
          aria-label="Message"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={open ? list : undefined}
          aria-activedescendant={open ? optionId(list, completion.active) : undefined}
          placeholder={working ? "Write what comes next" : "Write to Claude"}
          enterKeyHint={enterSends() ? "send" : "enter"}
          onChange={(event) => {
            setCaret(event.target.selectionStart);
            drafts.write(event.target.value);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={press}
          onPaste={(event) => {
            const pasted = pastedFiles(event.clipboardData);
            if (pasted.length === 0) return;
            event.preventDefault();
            void pictures.add(pasted);
          }}
        />
        <div className="flex items-center gap-1 px-2 pb-2">
          <input
            ref={files}
            type="file"
            accept={TYPES.join(",")}
            multiple
            hidden
            onChange={(event) => {
              void pictures.add([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <Tip text="Add pictures">
            <Button kind="quiet" size="icon" aria-label="Add pictures" onClick={() => files.current?.click()}>
              <ImagePlus aria-hidden />
            </Button>
          </Tip>
          <p className="min-w-0 flex-1 px-1 text-ink-faint text-xs" role="status">
            {said && blocked !== undefined ? null : held}
          </p>
          {working && (
            <Tip text="Interrupt (Esc)">
              <Button
                size="icon"
                aria-label="Interrupt"
                busy={interrupting}
                disabled={interrupting}
                onClick={onInterrupt}
              >
                {!interrupting && <Square className="fill-current" aria-hidden />}
              </Button>
            </Tip>
          )}
          <Tip text={working ? "Send: it waits for its turn" : "Send"}>
            <Button kind="primary" size="icon" aria-label="Send" disabled={empty || held !== undefined} onClick={send}>
              <ArrowUp aria-hidden />
            </Button>
          </Tip>
        </div>
      </div>
    </div>
  );
}
