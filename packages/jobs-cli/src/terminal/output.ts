import { styleText } from 'node:util'

/** A color or style of Node's `styleText`. */
export type Style = Parameters<typeof styleText>[0]

/** The output of a command: results on stdout, remarks on stderr. */
export interface Output {
  /** Writes text to stdout. Resolves when the reader has taken it. */
  write(text: string): Promise<void>
  /** Writes a line to stderr. */
  note(line: string): void
  /** Returns the text in a style, if stdout is a terminal with colors. `NO_COLOR` and `FORCE_COLOR` overrule that. */
  paint(style: Style, text: string): string
  /** The width of the terminal; `undefined` if stdout is not one. */
  readonly columns: number | undefined
}

/** Creates the output of this process. @param write - writes to the real stdout */
export function createOutput(write: (text: string, done: () => void) => void): Output {
  const { stdout, stderr } = process
  return {
    write: (text) =>
      new Promise((resolve) => {
        write(text, resolve)
      }),
    note: (line) => void stderr.write(`${line}\n`),
    paint: (style, text) => styleText(style, text, { validateStream: true, stream: stdout }),
    columns: stdout.isTTY ? stdout.columns : undefined,
  }
}
