import { styleText } from 'node:util'

/** The demo's output. */
export interface Screen {
  /** Writes a line. */
  line(text?: string): void
  /** Writes a bold line. */
  bold(text: string): void
  /** Shows progress: a line that changes in place on a terminal, otherwise a new line every two seconds. */
  progress(text: string): void
}

/** The part of `process.stdout` that a screen uses. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

const progressEveryMs = 2000

/** Creates a screen that writes to a stream, which may be a terminal. */
export function createScreen(output: Output): Screen {
  let pending = false
  let lastProgressAt = performance.now()

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
      } else if (performance.now() - lastProgressAt >= progressEveryMs) {
        line(text)
        lastProgressAt = performance.now()
      }
    },
  }
}
