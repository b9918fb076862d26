/** Writes to the real stdout. `done` is called when the text was handed over. */
export type WriteOut = (text: string, done: () => void) => void

/** The stdout of a command that imports an app's modules. */
export interface ReservedStdout {
  readonly write: WriteOut
  /** Call it when the command ends by itself. */
  release(): void
}

/**
 * Reserves stdout for the result of a command. Output of the app's modules goes to stderr, and Node's warnings are off.
 * If one of the modules ends the process, stderr says so.
 */
export function reserveStdout(): ReservedStdout {
  const { stdout, stderr } = process
  const reportEarlyExit = (): void => {
    stderr.write('error: a file with jobs ended the process. Pass other files: `--jobs src/jobs.ts`.\n')
    process.exitCode = 1
  }
  process.once('exit', reportEarlyExit)
  const release = (): void => void process.off('exit', reportEarlyExit)
  stdout.prependOnceListener('error', release) // the process ends because the reader has closed the pipe
  const write = stdout.write.bind(stdout)
  stdout.write = stderr.write.bind(stderr)
  process.removeAllListeners('warning')
  return {
    write: (text, done) => void write(text, () => done()),
    release,
  }
}
