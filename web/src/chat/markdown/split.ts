/** Markdown in pieces that do not change any more but for the last, so that a text that grows is not parsed again and again. */
import { Lexer, type Token } from "marked";

export type Piece = {
  /** Where it begins in the text. */
  readonly start: number;
  readonly source: string;
  /** Code is shown by itself. */
  readonly code?: { readonly language: string; readonly text: string };
};

export type Split = { readonly text: string; readonly pieces: readonly Piece[] };

export const NOTHING: Split = { text: "", pieces: [] };

/** Splits a text, taking over from the text before what is still true of it. */
export function split(text: string, before: Split = NOTHING): Split {
  if (text === before.text) return before;
  const last = before.pieces.at(-1);
  if (last === undefined || !text.startsWith(before.text)) return { text, pieces: pieces(text, 0) };
  // Whatever comes, only the last piece can still become something else.
  return { text, pieces: [...before.pieces.slice(0, -1), ...pieces(text.slice(last.start), last.start)] };
}

function pieces(text: string, start: number): Piece[] {
  const source = text.replace(/\r\n?/g, "\n");
  const tokens = new Lexer({ gfm: true }).blockTokens(source, []);
  const whole = [{ start, source: text }];
  // Offsets are counted by what each token covers. Where that is not all, the text stays in one piece.
  if (source.length !== text.length || length(tokens) !== text.length) return text === "" ? [] : whole;
  const made: Piece[] = [];
  let at = start;
  for (const token of tokens) {
    if (token.type !== "space") made.push(piece(token, at));
    at += token.raw.length;
  }
  return made;
}

const length = (tokens: readonly Token[]) => tokens.reduce((sum, { raw }) => sum + raw.length, 0);

function piece(token: Token, start: number): Piece {
  const { raw: source } = token;
  if (token.type !== "code" || typeof token.text !== "string") return { start, source };
  const language = typeof token.lang === "string" ? (token.lang.split(/\s/)[0] ?? "") : "";
  return { start, source, code: { language, text: token.text } };
}
