import { styleText } from 'node:util'

/** Where the demo writes. */
export interface Screen {
  /** A line that stays. */
  line(text?: string): void
  /** A line in bold. */
  bold(text: string): void
  /** How far it is: one line that changes in place on a terminal, now and then a line of its own elsewhere. */
  progress(text: string): void
}

/** What a screen needs of `process.stdout`. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

const progressEveryMs = 2000

/** Writes to a stream, a terminal or not. */
export function createScreen(output: Output): Screen {
  let pending = false
  let toldAt = performance.now()

  const line = (text = ''): void => {
    output.write(`${pending ? '\r\u001b[2K' : ''}${text}\n`)
    pending = false
  }
  return {
    line,
    bold: (text) => line(output.isTTY ? styleText('bold', text) : text),
    progress(text) {
      if (output.isTTY) {
        output.write(`\r\u001b[2K${text.slice(0, (output.columns || 80) - 1)}`)
        pending = true
      } else if (performance.now() - toldAt >= progressEveryMs) {
        line(text)
        toldAt = performance.now()
      }
    },
  }
}
