import { spawn } from 'node:child_process'

import { bareEnvironment } from '../../../../vitest.environment.ts'
import { killAtExit } from './kill-at-exit.ts'
import { programFolder } from './program-folder.ts'
import { waitUntil } from './wait-until.ts'

/** The end of a process. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that runs while the test does. */
export interface Child {
  readonly pid: number
  readonly ended: Promise<ChildEnd>
  /** The lines that it has written to stdout. */
  readonly lines: readonly string[]
  /** Its output on stderr. */
  readonly stderr: string
  /** Waits for a line that begins with `beginning`. Returns the line. */
  says(beginning: string): Promise<string>
  kill(signal: NodeJS.Signals): void
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Path of the Node binary. Default: the one that runs the test. */
  readonly node?: string
}

/** Starts module code in a separate Node process. It does not outlive the test's process. */
export function startModule(text: string, { env = {}, node = process.execPath }: StartOptions = {}): Child {
  const flags = ['--no-warnings', '--input-type=module', '--eval', text]
  const child = spawn(node, flags, {
    cwd: programFolder(),
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr, isOver] = ['', '', false]
  child.stdout.setEncoding('utf8').on('data', (written: string) => (stdout += written))
  child.stderr.setEncoding('utf8').on('data', (written: string) => (stderr += written))
  const linesOf = (): string[] => stdout.split('\n').slice(0, -1)
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      isOver = true
      resolve({ code, signal })
    })
  })
  killAtExit(child)
  return {
    pid: child.pid!,
    ended,
    get lines() {
      return linesOf()
    },
    get stderr() {
      return stderr
    },
    async says(beginning) {
      const find = (): string | undefined => linesOf().find((line) => line.startsWith(beginning))
      await waitUntil(() => find() !== undefined || isOver)
      const line = find()
      if (line === undefined) throw new Error(`The process ended without the line \`${beginning}\`: ${stdout}${stderr}`)
      return line
    },
    kill: (signal) => void child.kill(signal),
  }
}
