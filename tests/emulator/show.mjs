// What a terminal emulator shows. Each line of stdin is {rows, columns, output}, the output in base64; each line of stdout
// says what is shown behind it: rows of text, the look of each letter, the cursor, the modes, and the screen beneath.
import { createInterface } from "node:readline";
import headless from "@xterm/headless";
import unicode11 from "@xterm/addon-unicode11";

// Letters count as wide as today's terminals have them.
function emulator(rows, columns) {
  const terminal = new headless.Terminal({ rows, cols: columns, allowProposedApi: true, scrollback: 0 });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  return terminal;
}

// Runs of letters that look alike. A blank has no look but its background.
function looks(line, columns) {
  const runs = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = line.getCell(column);
    const letter = cell.getChars().trim();
    if (!letter) continue;
    const look = [
      cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor(),
      cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isInverse(),
    ].map(Number).join(",");
    runs.push(`${column} ${letter} ${look}`);
  }
  return runs;
}

function text(buffer, rows) {
  return Array.from({ length: rows }, (_, row) => buffer.getLine(buffer.baseY + row).translateToString(true).trimEnd());
}

function shown(terminal, rows, columns) {
  const { active, normal } = terminal.buffer;
  const lines = Array.from({ length: rows }, (_, row) => active.getLine(active.baseY + row));
  return {
    rows: text(active, rows),
    looks: lines.map((line) => looks(line, columns)),
    // Behind the last column is where it stands after a letter there.
    cursor: [active.cursorY, active.cursorX],
    alternate: active.type === "alternate",
    beneath: text(normal, rows),
    modes: terminal.modes,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { rows, columns, output } = JSON.parse(line);
  const terminal = emulator(rows, columns);
  await new Promise((written) => terminal.write(Buffer.from(output, "base64"), written));
  process.stdout.write(`${JSON.stringify(shown(terminal, rows, columns))}\n`);
  terminal.dispose();
}
