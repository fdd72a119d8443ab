export function TerminalPanel(_: { core: string | undefined }) {
  return null;
}
